package socket

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"unitd/internal/testuser"
)

// Environment of the processes that the tests start out of this binary, and of the run as an ordinary user.
const (
	roleEnv    = "UNITD_SOCKET_TEST_ROLE" // "hold": listen on holdEnv until stdin ends; "accept": answer on descriptor 3 by blocking accepts
	holdEnv    = "UNITD_SOCKET_TEST_HOLD"
	foreignEnv = "UNITD_SOCKET_TEST_FOREIGN" // an address that root listens on
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleEnv) {
	case "hold":
		os.Exit(hold(os.Getenv(holdEnv)))
	case "accept":
		os.Exit(acceptOn3())
	}
	if os.Getuid() == 0 {
		foreign, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			fmt.Fprintln(os.Stderr, "listen as root:", err)
			os.Exit(1)
		}
		os.Setenv(foreignEnv, foreign.Addr().String())
	}
	os.Exit(testuser.Main(m))
}

// hold listens at an address of a unit file the way a stray would, says so and waits.
func hold(address string) int {
	a, err := Parse(address, "/", "/")
	if err == nil {
		if a.IsUnix() {
			_, err = Listen(a, Options{Unit: "stray"})
		} else {
			_, err = OpenGroup(a, 2, Options{Unit: "stray"}) // a group: the kernel would let another one join
		}
	}
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("held")
	io.Copy(io.Discard, os.Stdin)
	return 0
}

// start runs this test binary in a role and waits for its first line, which must be want. The process ends
// with the test.
func start(t *testing.T, role, want string, extra []*os.File, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(append(os.Environ(), roleEnv+"="+role), env...)
	cmd.ExtraFiles = extra
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || strings.TrimSpace(line) != want {
		t.Fatalf("process in role %s said %q (%v), want %q", role, line, err, want)
	}
	return cmd
}

// loopback is an address of its own for one test: nobody else on the machine meets it by chance.
func loopback(t testing.TB) Address {
	t.Helper()
	return parse(t, fmt.Sprintf("127.%d.%d.%d:8001", 10+rand.IntN(200), rand.IntN(256), 1+rand.IntN(254)))
}

func parse(t testing.TB, address string) Address {
	t.Helper()
	a, err := Parse(address, "/", "/")
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func openGroup(t testing.TB, a Address, slots int) *Group {
	t.Helper()
	g, err := OpenGroup(a, slots, Options{Unit: "pool.test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// worker answers each connection on a slot with the slot's number, one line, and closes it.
type worker struct {
	listener net.Listener
	served   atomic.Int64
	gone     sync.WaitGroup
}

func serve(t testing.TB, g *Group, slot int) *worker {
	t.Helper()
	// A copy of the descriptor, as a child has one; its listener makes the shared socket non-blocking, as an
	// asyncio program does.
	listener, err := net.FileListener(g.File(slot))
	if err != nil {
		t.Fatal(err)
	}
	w := &worker{listener: listener}
	w.gone.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			w.served.Add(1)
			w.gone.Go(func() {
				conn.SetDeadline(time.Now().Add(10 * time.Second))
				fmt.Fprintln(conn, slot)
				conn.Close()
			})
		}
	})
	t.Cleanup(w.stop)
	return w
}

func serveAll(t testing.TB, g *Group) []*worker {
	t.Helper()
	workers := make([]*worker, g.Slots())
	for slot := range workers {
		workers[slot] = serve(t, g, slot)
	}
	return workers
}

// stop closes the worker's copy of the socket; the group's own stays open.
func (w *worker) stop() {
	w.listener.Close()
	w.gone.Wait()
}

// answer reads which slot served conn and closes it.
func answer(conn net.Conn) (int, error) {
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return -1, err
	}
	return strconv.Atoi(strings.TrimSpace(line))
}

// ask makes one ordinary connection, as a web server on this host does, and tells which slot served it.
func ask(g *Group) (int, error) {
	network, address := g.Address().Target()
	conn, err := net.DialTimeout(network, address, 10*time.Second)
	if err != nil {
		return -1, err
	}
	return answer(conn)
}

// clients ask a group all the time, one connection after the other, until they are ended.
type clients struct {
	asked atomic.Int64 // the connections that were answered
	stop  atomic.Bool
	all   sync.WaitGroup
}

// keepAsking begins with eight clients; a connection that is refused or lost fails the test.
func keepAsking(t testing.TB, g *Group) *clients {
	c := &clients{}
	for range 8 {
		c.all.Go(func() {
			for !c.stop.Load() {
				if _, err := ask(g); err != nil {
					t.Errorf("after %d connections: %v", c.asked.Load(), err)
					return
				}
				c.asked.Add(1)
			}
		})
	}
	return c
}

func (c *clients) end() {
	c.stop.Store(true)
	c.all.Wait()
}

// askMany makes n connections, ten at a time, and counts the slots that served them.
func askMany(t testing.TB, g *Group, n int) []int {
	t.Helper()
	counts := make([]atomic.Int64, MaxSlots)
	var left atomic.Int64
	left.Store(int64(n))
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			for left.Add(-1) >= 0 {
				slot, err := ask(g)
				if err != nil {
					t.Error(err)
					return
				}
				counts[slot].Add(1)
			}
		})
	}
	all.Wait()
	plain := make([]int, g.Slots())
	for slot := range plain {
		plain[slot] = int(counts[slot].Load())
	}
	return plain
}

// mustReach checks that a probe of each slot reaches just that one.
func mustReach(t testing.TB, g *Group, slots ...int) {
	t.Helper()
	for _, slot := range slots {
		conn, err := g.Dial(context.Background(), slot)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := answer(conn); err != nil || got != slot {
			t.Fatalf("a probe of slot %d reached slot %d (%v)", slot, got, err)
		}
	}
}

func mustSteer(t testing.TB, g *Group, slots ...int) {
	t.Helper()
	if err := g.Steer(slots); err != nil {
		t.Fatal(err)
	}
}

// eventually polls condition until it holds; after 10 s the test fails.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

package daemons

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// TestNode has a server that can only bind a port serve behind the proxy of a pool.
func TestNode(t *testing.T) {
	if why := missing([]string{"node"}, nil); why != "" {
		t.Skip(why)
	}
	t.Parallel()
	home, port := stage.Home(t), freePort(t)
	m := stage.Boot(t, stage.Setting{Home: home, Units: copyUnits(t, home, "node"), Env: []string{"PORT_NODE=" + port}})
	n := &node{t: t, m: m, address: "127.0.0.1:" + port}
	n.ready(nil)
	t.Run("upgrade", n.upgrades)
	t.Run("large body", n.takesLargeBodies)
	t.Run("hung worker", n.replacesHungWorker)
	t.Run("nothing is lost", n.losesNothing)
}

// node is the pool under a manager.
type node struct {
	t       *testing.T
	m       *stage.Manager
	address string
}

// ready waits until both workers are ready, as other processes than before, and returns these.
func (n *node) ready(before map[int]int) map[int]int {
	n.t.Helper()
	var pids map[int]int
	n.m.Until("pool.node", patience, "has two other workers ready", func(u protocol.UnitStatus) bool {
		pids = map[int]int{}
		for _, w := range u.Workers {
			if w.Active == protocol.Active && w.MainPID != 0 && w.MainPID != before[w.Index] {
				pids[w.Index] = w.MainPID
			}
		}
		return len(u.Workers) == 2 && len(pids) == 2
	})
	return pids
}

func (n *node) dial(t *testing.T) (net.Conn, *bufio.Reader) {
	t.Helper()
	conn, err := dial(n.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn, bufio.NewReader(conn)
}

// upgrades carries a connection that is no longer HTTP, and events, up to the end of a drain.
func (n *node) upgrades(t *testing.T) {
	conn, r := n.dial(t)
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	answer, err := http.ReadResponse(r, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("an upgrade is answered by %v, %v", answer, err)
	}
	for _, text := range []string{"one\n", "two\n"} {
		io.WriteString(conn, text)
		if got, err := r.ReadString('\n'); got != text {
			t.Errorf("got %q, %v; want %q", got, err, text)
		}
	}
	events, err := http.Get("http://" + n.address + "/events")
	if err != nil {
		t.Fatal(err)
	}
	defer events.Body.Close()
	if got, err := bufio.NewReader(events.Body).ReadString('\n'); !strings.HasPrefix(got, "data: ") {
		t.Errorf("an event: %q, %v", got, err)
	}
	n.m.Do("reload", "node")
	for what, from := range map[string]io.Reader{"upgraded connection": r, "events": events.Body} {
		if _, err := io.Copy(io.Discard, from); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the %s goes on after its worker has drained for its drain_timeout", what)
		}
	}
}

// largeBody is more than the manager or the worker could hold.
const largeBody = 2 << 30

// takesLargeBodies streams a body through the manager, which does not grow by it.
func (n *node) takesLargeBodies(t *testing.T) {
	resident := func() int64 { return n.statusOf("VmRSS") }
	before, most := resident(), int64(0)
	conn, r := n.dial(t)
	fmt.Fprintf(conn, "POST /take HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n", largeBody)
	piece := make([]byte, 1<<20)
	for range largeBody / len(piece) {
		conn.SetDeadline(time.Now().Add(answerTime))
		if _, err := conn.Write(piece); err != nil {
			t.Fatal(err)
		}
		most = max(most, resident())
	}
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); string(body) != strconv.Itoa(largeBody) {
		t.Errorf("the worker has got %s bytes, %v; want %d", body, err, largeBody)
	}
	t.Logf("the manager had %d KiB before and %d KiB at most", before, most)
	if most > before+8<<10 {
		t.Errorf("the manager grew from %d to %d KiB", before, most)
	}
	if threads := n.statusOf("Threads"); threads > 8 {
		t.Errorf("the manager has %d threads", threads)
	}
}

// statusOf is a number in proc_pid_status(5) of the manager.
func (n *node) statusOf(field string) int64 {
	n.t.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(n.m.PID()), "status"))
	if err != nil {
		n.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, field+":"); ok {
			number, err := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			if err != nil {
				n.t.Fatal(err)
			}
			return number
		}
	}
	n.t.Fatalf("status has no %s", field)
	return 0
}

// losesNothing has clients keep their connections while workers are recycled, reloaded and killed.
func (n *node) losesNothing(t *testing.T) {
	var sent atomic.Int64
	stop, clients := make(chan struct{}), sync.WaitGroup{}
	for range 4 {
		clients.Go(func() {
			if err := n.keepAsking(stop, &sent); err != nil {
				t.Errorf("a client that keeps its connection: %v", err)
			}
		})
	}
	others := startLoad(2, time.Millisecond, func() (string, error) { return askHTTP(n.address) })
	pids := n.ready(n.ready(nil)) // by recycling
	for range 3 {
		n.m.Do("reload", "node")
	}
	pids = n.ready(pids)
	for range 2 {
		for index, pid := range pids {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) { // it may just be recycled
				t.Fatal(err)
			}
			stage.Await(t, patience, fmt.Sprintf("worker %d is another process", index), func() bool {
				return n.ready(map[int]int{index: pid}) != nil
			})
		}
		pids = n.ready(nil)
	}
	close(stop)
	clients.Wait()
	noneFailed(t, "recycling, reloads and kills", others.end())
	t.Logf("%d requests of clients that keep their connections", sent.Load())
}

// keepAsking sends one request after the other on one connection, and none of them twice.
func (n *node) keepAsking(stop <-chan struct{}, sent *atomic.Int64) error {
	conn, err := dial(n.address)
	if err != nil {
		return err
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		conn.SetDeadline(time.Now().Add(answerTime))
		fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK || answer.Close {
			return fmt.Errorf("status %s, close %v, %w", answer.Status, answer.Close, err)
		}
		sent.Add(1)
	}
}

// replacesHungWorker blocks the event loop of one worker.
func (n *node) replacesHungWorker(t *testing.T) {
	before := n.ready(nil)
	begun := time.Now()
	if _, err := get("http://" + n.address + "/block"); err == nil || !strings.Contains(err.Error(), "504") {
		t.Errorf("a request that blocks its worker: %v, want status 504", err)
	}
	n.m.Until("pool.node", patience, "has replaced the hung worker", func(u protocol.UnitStatus) bool {
		for _, w := range u.Workers {
			if w.LastExit != nil && w.LastExit.Reason == "hang" && w.Active == protocol.Active && w.MainPID != before[w.Index] {
				return true
			}
		}
		return false
	})
	t.Logf("answered and replaced within %v, hang_timeout is 2 s", time.Since(begun).Round(time.Millisecond))
}

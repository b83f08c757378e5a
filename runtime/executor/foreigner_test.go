package executor_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// foreignerEnv is where root can be asked to take ports, as another account of this host would.
const foreignerEnv = "UNITD_TEST_FOREIGNER"

// beForeigner takes ports: it is told one to listen on, says so, and when it is asked again how many bytes it was sent
// there.
func beForeigner() error {
	asked, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	go func() {
		for {
			conn, err := asked.Accept()
			if err != nil {
				return
			}
			go takePort(conn)
		}
	}()
	return os.Setenv(foreignerEnv, asked.Addr().String())
}

func takePort(conn net.Conn) {
	defer conn.Close()
	questions := bufio.NewReader(conn)
	port, err := questions.ReadString('\n')
	if err != nil {
		return
	}
	taken, err := net.Listen("tcp4", "127.0.0.1:"+strings.TrimSpace(port))
	fmt.Fprintln(conn, err)
	if err != nil {
		return
	}
	defer taken.Close()
	var came, sent atomic.Int64
	go func() {
		for {
			client, err := taken.Accept()
			if err != nil {
				return
			}
			came.Add(1)
			go func() {
				n, _ := io.Copy(io.Discard, client)
				sent.Add(n)
				client.Close()
			}()
		}
	}()
	for {
		if _, err := questions.ReadString('\n'); err != nil {
			return
		}
		fmt.Fprintln(conn, came.Load(), sent.Load())
	}
}

// foreigner is another account that listens on a port.
type foreigner struct {
	t       *testing.T
	conn    net.Conn
	answers *bufio.Reader
}

// taking has another account listen on a port.
func taking(t *testing.T, port int) *foreigner {
	t.Helper()
	conn, err := net.Dial("tcp", os.Getenv(foreignerEnv))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	f := &foreigner{t, conn, bufio.NewReader(conn)}
	if answer := f.ask(strconv.Itoa(port)); answer != "<nil>" {
		t.Fatalf("take port %d: %s", port, answer)
	}
	return f
}

func (f *foreigner) ask(question string) string {
	f.t.Helper()
	fmt.Fprintln(f.conn, question)
	answer, err := f.answers.ReadString('\n')
	if err != nil {
		f.t.Fatal(err)
	}
	return strings.TrimSpace(answer)
}

// got is how many connections it was made, and how many bytes it was sent.
func (f *foreigner) got() (connections, bytes int) {
	f.t.Helper()
	if _, err := fmt.Sscan(f.ask("got"), &connections, &bytes); err != nil {
		f.t.Fatal(err)
	}
	return connections, bytes
}

// Ports of loopback are anybody's: another account takes one before the worker that was told to listen there, or after
// it has left. It is sent nothing.
func TestProxySendsStrangersNothing(t *testing.T) {
	if os.Getenv(foreignerEnv) == "" {
		t.Skip("another account needs a start by root")
	}
	h := newHome(t)
	h.write(t, "late", "", 0o644)
	pool, url := placedPool(t, 2, func(p *units.Pool) {
		p.App.Directory, p.MinReady = h.dir, 2
		p.App.StartTimeout = 1500_000_000
		p.App.Restart.Delay, p.App.Restart.MaxDelay = 200_000_000, 200_000_000
	})
	m := live(t, h, units.NewSet(pool))
	port := func(index int) (port int) {
		m.eventually(fmt.Sprintf("worker %d has a port and runs", index), func(model *engine.Model) bool {
			w := m.poolIn(model).Worker(index)
			if w != nil && w.Process.MainPID != 0 {
				port = w.Port
			}
			return port != 0
		})
		return port
	}
	first := taking(t, port(1))
	stranger := fmt.Sprintf("another account (uid 0) listens at 127.0.0.1:%d", port(1))
	m.eventually("it says who has the port", func(model *engine.Model) bool {
		return strings.Contains(model.Unit("pool.web").Note(), stranger)
	})
	if err := os.Remove(filepath.Join(h.dir, "late")); err != nil {
		t.Fatal(err)
	}
	m.poolReady(2)
	for range 20 {
		if _, err := get(url); err != nil {
			t.Fatal(err)
		}
	}
	if connections, bytes := first.got(); bytes > 0 {
		t.Errorf("who was there first was sent %d bytes in %d connections", bytes, connections)
	}
	// The worker leaves its port, and lives on.
	left := port(1)
	pid := m.worker("is the first", func(w *lifecycle.Worker) bool { return w.Index == 1 })
	if err := syscall.Kill(pid, syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	m.eventually("the port is free", func(*engine.Model) bool {
		conn, err := net.Dial("tcp", "127.0.0.1:"+strconv.Itoa(left))
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	second := taking(t, left)
	for range 20 {
		if body, err := get(url); err != nil || !strings.HasPrefix(body, "2 ") {
			t.Errorf("answer %q, %v", body, err)
		}
	}
	if connections, bytes := second.got(); connections == 0 || bytes > 0 {
		t.Errorf("who came after it was sent %d bytes in %d connections", bytes, connections)
	}
}

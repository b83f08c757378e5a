package executor_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

// patient is a client that has connected and asked, and says how that goes on.
func patient(t *testing.T, network, address, pause string) (answered func() error) {
	t.Helper()
	conn, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	fmt.Fprintf(conn, "GET /?pause=%s HTTP/1.1\r\nHost: localhost\r\n\r\n", pause)
	return func() error {
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return err
		}
		_, err = io.ReadAll(response.Body)
		return err
	}
}

// turnedAway connects until that fails, and says how.
func turnedAway(network, address string) error {
	for {
		conn, err := net.DialTimeout(network, address, 20*time.Second)
		if err != nil {
			return err
		}
		conn.Close() // the unit's phase is seen a moment before anything comes of it
	}
}

// TestStopServesWhoWaits: who is in a queue when a unit is stopped gets an answer, who comes later is refused.
func TestStopServesWhoWaits(t *testing.T) {
	h := newHome(t)
	single, pooled, shared := freePort(t), freePort(t), freePort(t)
	m := live(t, h, h.load(t, fmt.Sprintf(`
app "single" {
  command = [var.program, "program:serial", "0"]
  listen "http" {
    address = %q
  }
}
app "local" {
  command = [var.program, "program:serial", "0"]
  listen "http" {
    address = "unix:~/local.sock"
  }
}
app "pooled" {
  command = [var.program, "program:serial", "0"]
}
pool "pooled" {
  app     = app.pooled
  workers = 2
  listen "http" {
    address = %q
  }
}
app "shared" {
  command = [var.program, "program:serial", "0"]
}
pool "shared" {
  app     = app.shared
  workers = 2
  listen "http" {
    address    = %q
    per_worker = false
  }
}
`, single, pooled, shared)))
	for name, where := range map[string][2]string{
		"app.single": {"tcp", single}, "app.local": {"unix", filepath.Join(h.dir, "local.sock")},
		"pool.pooled": {"tcp", pooled}, "pool.shared": {"tcp", shared},
	} {
		t.Run(name, func(t *testing.T) {
			m := m.in(t)
			m.active(id(name))
			var clients []func() error
			for range 8 {
				clients = append(clients, patient(t, where[0], where[1], "100ms"))
			}
			tx := m.begin(job.Stop, name)
			m.eventually("it serves who waits", func(model *engine.Model) bool { return draining(model.Unit(id(name))) })
			if err := turnedAway(where[0], where[1]); !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("a client that came later: %v, want that it is refused", err)
			}
			for _, answered := range clients {
				if err := answered(); err != nil {
					t.Errorf("a client that waited: %v", err)
				}
			}
			m.result(m.finished(tx), job.Done, "")
		})
	}
}

// TestStopServesWhoWaitsForAnother: who waits for a worker that never comes to be ready gets to one that is.
func TestStopServesWhoWaitsForAnother(t *testing.T) {
	address := freePort(t)
	m := boot(t, fmt.Sprintf(`
app "web" {
  command   = [var.program, "program:serial", "0"]
  directory = path.state
  pre_start = [["sh", "-c", "if [ $WORKER_INDEX = 1 ]; then until [ -e go ]; do sleep 0.02; done; else sleep 1007; fi"]]
}
pool "web" {
  app     = app.web
  workers = 2
  listen "http" {
    address = %q
  }
}
`, address))
	m.eventually("both start", func(model *engine.Model) bool { return len(model.Unit("pool.web").Pool.Steered) == 2 })
	var clients []func() error
	for range 16 { // about half of them come to either
		clients = append(clients, patient(t, "tcp", address, "20ms"))
	}
	m.home.write(t, "go", "", 0o600)
	m.active("pool.web")
	m.result(m.stop("pool.web"), job.Done, "")
	for _, answered := range clients {
		if err := answered(); err != nil {
			t.Error(err)
		}
	}
}

// TestNewAddressLosesNobody: the old one is served until its last worker has gone.
func TestNewAddressLosesNobody(t *testing.T) {
	old, next := freePort(t), freePort(t)
	text := `
app "web" {
  command = [var.program, "program:serial", "0"]
}
pool "web" {
  app     = app.web
  workers = 2
  listen "http" {
    address = %q
  }
}
`
	m := boot(t, fmt.Sprintf(text, old))
	m = m.of("pool.web")
	m.poolReady(2)
	l := loadOn("http://" + old)
	m.eventually("it serves", func(*engine.Model) bool { return l.sent.Load() > 20 })
	_, tx := m.apply(fmt.Sprintf(text, next))
	m.result(tx, job.Done, "")
	if _, err := get("http://" + next); err != nil {
		t.Error(err)
	}
	close(l.stop)
	l.done.Wait()
	if cut := l.failed.Load() - l.refused.Load(); cut > 0 {
		t.Errorf("%d requests of %d were cut, the first failure is: %v", cut, l.sent.Load(), l.first)
	}
}

// draining reports a unit that serves who waits before it is told to stop.
func draining(u *lifecycle.Unit) bool {
	if u.Pool == nil {
		return u.Process.Phase == lifecycle.Draining
	}
	for _, w := range u.Pool.Workers {
		if w.Process.Phase == lifecycle.Draining {
			return true
		}
	}
	return false
}

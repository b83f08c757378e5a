package executor_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/runtime/engine"
	"unitd/runtime/socket"
	"unitd/units"
)

// TestSlots holds the language to what the kernel side can do.
func TestSlots(t *testing.T) {
	if units.MaxSlots != socket.MaxSlots {
		t.Errorf("unit files may ask for %d slots, a group has %d", units.MaxSlots, socket.MaxSlots)
	}
}

// One socket for all workers of a pool, TCP or Unix.
func TestSharedSocket(t *testing.T) {
	h := newHome(t)
	address := freePort(t)
	m := live(t, h, h.load(t, `
app "web" {
  command = [var.program, "program:web"]
}
pool "web" {
  app     = app.web
  workers = 2
  listen "http" {
    address    = "`+address+`"
    per_worker = false
  }
}
app "local" {
  command = [var.program, "program:web"]
  health "http" {
    path = "/health"
  }
}
pool "local" {
  app     = app.local
  workers = 2
  listen "http" {
    address = "unix:~/pool.sock"
    mode    = "0600"
  }
}
`))
	m.poolReady(2)
	m.eventually("both serve on the Unix socket", func(model *engine.Model) bool { return model.Unit("pool.local").Pool.Ready() == 2 })
	local := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(h.dir, "pool.sock"))
		},
	}}
	ask := func() {
		t.Helper()
		if _, err := get("http://" + address); err != nil {
			t.Error(err)
		}
		response, err := local.Get("http://localhost/")
		if err != nil {
			t.Error(err)
			return
		}
		defer response.Body.Close()
		if body, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%s %q %v", response.Status, body, err)
		}
	}
	ask()
	l := loadOn("http://" + address)
	for _, name := range []string{"pool.web", "pool.local"} {
		m.result(m.reload(name), job.Done, "")
	}
	// Nobody can be steered away from a shared socket: a worker may have accepted when it is told to stop.
	l.endRefused(t)
	ask()
	m.result(m.stop("pool.local"), job.Done, "")
	if _, err := os.Lstat(filepath.Join(h.dir, "pool.sock")); !os.IsNotExist(err) {
		t.Errorf("after the stop the socket file is there: %v", err)
	}
}

// A program that ends its listening socket by shutdown(2) ends it for the manager too; the next run has one that
// listens again.
func TestSocketThatWasShutDown(t *testing.T) {
	h := newHome(t)
	single, pooled := freePort(t), freePort(t)
	m := live(t, h, h.load(t, `
app "single" {
  command   = [var.program, "program:shutdown"]
  directory = path.state
  listen "http" {
    address = "`+single+`"
  }
  restart {
    delay = "50ms"
  }
}
app "web" {
  command   = [var.program, "program:shutdown"]
  directory = path.log
  restart {
    delay = "50ms"
  }
}
pool "web" {
  app     = app.web
  workers = 2
  listen "http" {
    address = "`+pooled+`"
  }
}
`))
	m.active("app.single")
	m.poolReady(2)
	h.write(t, "shut", "", 0o600)
	h.write(t, "log/shut", "", 0o600)
	m.eventually("both have shut their sockets down", func(model *engine.Model) bool {
		return model.Unit("app.single").Process.Restarts == 1 && (model.Unit("pool.web").Pool.Workers[0].Process.Restarts == 1 || model.Unit("pool.web").Pool.Workers[1].Process.Restarts == 1)
	})
	m.active("app.single")
	m.poolReady(2)
	if _, err := get("http://" + single); err != nil {
		t.Error(err)
	}
	seen := map[string]bool{}
	for range 100 {
		body, err := get("http://" + pooled)
		if err != nil {
			t.Fatal(err)
		}
		seen[body] = true
	}
	if len(seen) != 2 {
		t.Errorf("answers came from %v, want both workers", seen)
	}
}

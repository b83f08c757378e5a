package executor_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

func TestHealth(t *testing.T) {
	h := newHome(t)
	text := ""
	for _, name := range []string{"gated", "sick", "noted", "hung", "url", "slowly"} {
		address := freePort(t)
		check := map[string]string{
			"gated": `path = "/health"`, "sick": `path = "/health"`, "hung": `path = "/health"`,
			"noted":  "path = \"/health\"\n    action = \"none\"",
			"url":    `url = "http://` + address + `/health"`,
			"slowly": "path = \"/health\"\n    start_period = \"1h\"\n    gates_ready = false",
		}[name]
		text += `
app "` + name + `" {
  command       = [var.program, "program:web"]
  start_timeout = "500ms"
  listen "http" {
    address = "` + address + `"
  }
  health "web" {
    ` + check + `
    interval = "50ms"
    timeout  = "200ms"
  }
  restart {
    policy = "on-watchdog"
  }
}
`
	}
	ill := func(name string) string { return "ill.app." + name }
	h.write(t, ill("gated"), "", 0o600)
	h.write(t, ill("slowly"), "", 0o600)
	m := live(t, h, h.load(t, text))
	restarted := func(m *manager, name, note string) {
		m.t.Helper()
		m.active(id(name))
		old := m.pid(id(name))
		if err := os.WriteFile(filepath.Join(m.dir, ill(name)), nil, 0o600); err != nil {
			m.t.Fatal(err)
		}
		m.eventually("it was ended for its health", func(model *engine.Model) bool {
			p := model.Unit(id(name)).Process
			return p.LastExit != nil && p.LastExit.Reason == units.ReasonHealth && p.MainPID != old
		})
		if !strings.Contains(strings.Join(m.transitions(), "\n"), note) {
			m.t.Errorf("no transition says %q", note)
		}
		if err := os.Remove(filepath.Join(m.dir, ill(name))); err != nil {
			m.t.Fatal(err)
		}
		m.active(id(name))
	}
	t.Run("gates readiness", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.waitSub("gated", "timeout")
		m.stands("gated", "timeout", `not ready within 500 ms: health "web": `)
		m.stands("gated", "timeout", "503")
		if err := os.Remove(filepath.Join(m.dir, ill("gated"))); err != nil {
			t.Fatal(err)
		}
		m.result(m.start("gated"), job.Done, "")
	})
	t.Run("ends what is ill", func(t *testing.T) {
		t.Parallel()
		restarted(m.in(t), "sick", `health "web" failed 2 times`)
	})
	t.Run("by url", func(t *testing.T) {
		t.Parallel()
		restarted(m.in(t), "url", `health "web" failed 2 times`)
	})
	t.Run("ends what hangs", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.active("app.hung")
		old := m.pid("app.hung")
		if err := syscall.Kill(old, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
		from := time.Now()
		m.eventually("it is back", func(model *engine.Model) bool {
			u := model.Unit("app.hung")
			return u.Phase() == lifecycle.Active && u.MainPID() != 0 && u.MainPID() != old
		})
		if took := time.Since(from); took > 4*time.Second {
			t.Errorf("that took %v", took)
		}
		if alive(old) {
			t.Error("the old process lives")
		}
	})
	t.Run("is only noted", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.active("app.noted")
		pid := m.pid("app.noted")
		m.home.write(t, ill("noted"), "", 0o600)
		m.eventually("it has failed three times", func(model *engine.Model) bool {
			checks := model.Unit("app.noted").Process.Checks
			return len(checks) == 1 && !checks[0].OK && checks[0].Failures > 2 && strings.Contains(checks[0].LastError, "503")
		})
		m.active("app.noted")
		if m.pid("app.noted") != pid {
			t.Error("it was restarted")
		}
	})
	t.Run("has time at the start", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.active("app.slowly")
		pid := m.pid("app.slowly")
		settled := time.Now().Add(500 * time.Millisecond)
		m.eventually("some checks were made", func(*engine.Model) bool { return time.Now().After(settled) })
		if m.pid("app.slowly") != pid {
			t.Error("it was restarted within its start_period")
		}
	})
}

// A worker that hangs is found by its own check and replaced; the others serve meanwhile.
func TestHungWorkerIsReplaced(t *testing.T) {
	pool, url := webPool(t, 3, func(_ *units.Process, program *units.Program) {
		program.Health[0].Interval, program.Health[0].Timeout = 100*time.Millisecond, 200*time.Millisecond
	})
	m := start(t, pool)
	m.poolReady(3)
	hung := m.worker("is ready", func(w *lifecycle.Worker) bool { return w.Process.Phase == lifecycle.Active })
	l := loadOn(url)
	if err := syscall.Kill(hung, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	m.eventually("it is gone", func(*engine.Model) bool { return !alive(hung) })
	m.poolReady(3)
	l.endRefused(t)
	m.call(func(model *engine.Model) {
		others := 0
		for _, w := range model.Unit("pool.web").Pool.Workers {
			if w.Process.Restarts == 0 {
				others++
			}
		}
		if others != 2 {
			t.Errorf("%d workers were left alone, want 2", others)
		}
	})
}

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
)

// result wants a transaction to have ended in a certain way, for a reason that holds a text.
func (m *manager) result(tx job.Transaction, want job.Result, reason string) {
	m.t.Helper()
	if tx.Result != want || !strings.Contains(tx.Reason, reason) {
		m.t.Errorf("%s %v: %s, %q; want %s, %q", tx.Kind, tx.Asked, tx.Result, tx.Reason, want, reason)
	}
}

// stands wants a unit to stand in a sub state, with a note that holds a text.
func (m *manager) stands(name, sub, note string) {
	m.t.Helper()
	m.call(func(model *engine.Model) {
		u := model.Unit(id(name))
		if u.Sub() != sub || !strings.Contains(u.Note(), note) {
			m.t.Errorf("%s stands at %s(%s), %q; want %s, %q", name, u.Phase(), u.Sub(), u.Note(), sub, note)
		}
	})
}

func (m *manager) waitSub(name, sub string) {
	m.t.Helper()
	m.eventually(name+" is "+sub, func(model *engine.Model) bool { return model.Unit(id(name)).Sub() == sub })
}

func TestTypes(t *testing.T) {
	m := boot(t, `
app "simple" {
  command = ["sleep", "1000"]
  enabled = false
}
app "exec" {
  type    = "exec"
  command = ["sleep", "1000"]
  enabled = false
}
app "oneshot" {
  type    = "oneshot"
  command = ["sh", "-c", "echo done >oneshot"]
  enabled = false
}
app "remain" {
  type      = "oneshot"
  remain    = true
  command   = ["sh", "-c", "echo done >>remain"]
  pre_stop  = [["sh", "-c", "echo undone >>remain"]]
  enabled   = false
}
app "slow" {
  type          = "oneshot"
  command       = ["sleep", "1000"]
  start_timeout = "200ms"
  enabled       = false
}
app "badshot" {
  type    = "oneshot"
  command = ["sh", "-c", "exit 3"]
  enabled = false
}
app "notify" {
  type      = "notify"
  command   = [var.program, "program:notify", "STATUS=loading", "wait", "READY=1\nSTATUS=serving"]
  directory = path.state
  pre_start = [["mkfifo", "go"]]
  enabled   = false
}
app "child" {
  type    = "notify"
  command = [var.program, "program:notify", "child", "READY=1\nSTATUS=serving from a child"]
  enabled = false
}
app "tool" {
  type    = "notify"
  command = ["sh", "-c", "systemd-notify --ready --status='by a tool' && sleep 1000"]
  enabled = false
}
app "silent" {
  type          = "notify"
  command       = ["sleep", "1000"]
  start_timeout = "300ms"
  enabled       = false
  restart {
    policy = "no"
  }
}
app "early" {
  type    = "notify"
  command = ["true"]
  enabled = false
  restart {
    policy = "no"
  }
}
`)
	t.Run("simple and exec", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("simple"), job.Done, "")
		m.result(m.start("exec"), job.Done, "")
		m.stands("simple", "running", "")
		m.stands("exec", "running", "")
	})
	t.Run("oneshot", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("oneshot"), job.Done, "")
		if m.file("oneshot") != "done\n" {
			t.Error("the start ended before the program")
		}
		m.stands("oneshot", "dead", "")
		m.result(m.start("badshot"), job.Failed, "exit 3")
		m.stands("badshot", "exit", "exit 3")
		m.result(m.start("slow"), job.Failed, "still running after 200 ms")
	})
	t.Run("oneshot that remains", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("remain"), job.Done, "")
		m.stands("remain", "exited", "")
		m.result(m.start("remain"), job.Done, "")
		m.result(m.stop("remain"), job.Done, "")
		if m.file("remain") != "done\nundone\n" {
			t.Errorf("it did %q", m.file("remain"))
		}
	})
	t.Run("notify", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		tx := m.begin(job.Start, "notify")
		m.eventually("its status is shown before it is ready", func(model *engine.Model) bool {
			p := model.Unit("app.notify").Process
			return p.Phase == lifecycle.Starting && p.StatusText == "loading"
		})
		if err := os.WriteFile(filepath.Join(m.dir, "go"), []byte("\n"), 0); err != nil {
			t.Fatal(err)
		}
		m.result(m.finished(tx), job.Done, "")
		m.call(func(model *engine.Model) {
			if p := model.Unit("app.notify").Process; p.StatusText != "serving" || p.Phase != lifecycle.Active {
				t.Errorf("it is %s with status %q", p.Phase, p.StatusText)
			}
		})
	})
	t.Run("notify by others", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("child"), job.Done, "")
		m.call(func(model *engine.Model) {
			if text := model.Unit("app.child").Process.StatusText; text != "serving from a child" {
				t.Errorf("status is %q", text)
			}
		})
		if !m.has("systemd-notify") {
			t.Skip("systemd-notify is not installed")
		}
		m.result(m.start("tool"), job.Done, "")
	})
	t.Run("notify that never comes", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("silent"), job.Failed, "it sent no READY=1")
		m.stands("silent", "timeout", "not ready within 300 ms: it sent no READY=1")
		m.result(m.start("early"), job.Failed, "before it was ready")
		m.stands("early", "exit", "exit 0 before it was ready")
	})
}

func TestProgramThatCannotRun(t *testing.T) {
	h := newHome(t)
	h.write(t, "plain", "text", 0o644)
	h.write(t, "orphan", "#!/no/such/interpreter\n", 0o755)
	h.write(t, "garbage", "\x7fELF but not really", 0o755)
	if err := syscall.Mkfifo(filepath.Join(h.dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := live(t, h, h.load(t, `
app "each" {
  for_each = {
    missing     = ["no-such-program"]
    nowhere     = ["~/no/such/program"]
    plain       = ["~/plain"]
    dir         = ["/usr"]
    interpreter = ["~/orphan"]
    garbage     = ["~/garbage"]
    relative    = ["./plain"]
  }
  command = each.value
  enabled = false
  restart {
    policy = "no"
  }
}
app "nodir" {
  command   = ["true"]
  directory = "~/no/such"
  enabled   = false
}
app "filedir" {
  command   = ["true"]
  directory = "~/plain"
  enabled   = false
  restart {
    policy = "no"
  }
}
app "fine" {
  command = ["sleep", "1000"]
}
`))
	for key, want := range map[string]string{
		"missing":     "no-such-program",
		"nowhere":     "no/such/program",
		"plain":       "permission denied",
		"dir":         "director",
		"interpreter": "/no/such/interpreter",
		"garbage":     "exec format error",
		"relative":    "permission denied",
	} {
		name := `each["` + key + `"]`
		m.result(m.start(name), job.Failed, want)
		m.stands(name, "start", want)
		t.Logf("%s: %s", key, m.note(name))
	}
	m.result(m.start("filedir"), job.Failed, "it is no directory")
	m.result(m.start("nodir"), job.Failed, "does not exist")
	// What cannot run yet is tried again, at a distance: the directory may come.
	m.stands("nodir", "auto-restart", "does not exist")
	if err := os.MkdirAll(filepath.Join(m.dir, "no/such"), 0o755); err != nil {
		t.Fatal(err)
	}
	m.result(m.start("nodir"), job.Done, "")
	m.active("app.fine")
}

// An app that cannot be started, or exits at once, for ever, costs next to nothing.
func TestHopelessAppsDoNotBurn(t *testing.T) {
	m := boot(t, `
app "exits" {
  command = ["sh", "-c", "echo x >>spawns"]
}
app "missing" {
  command = ["no-such-program"]
  restart {
    policy = "always"
    delay  = "0s"
  }
}
app "dies" {
  command = ["sh", "-c", "echo x >>deaths; kill -9 $$"]
}
app "workers" {
  command = ["sh", "-c", "echo x >>workers; exit 1"]
}
pool "workers" {
  app     = app.workers
  workers = 3
}
`)
	before := cpuTime(t)
	from := time.Now()
	m.eventually("3 s have passed", func(*engine.Model) bool { return time.Since(from) > 3*time.Second })
	if spent := cpuTime(t) - before; spent > 600*time.Millisecond {
		t.Errorf("the manager and its polling test spent %v of CPU time in 3 s", spent)
	}
	// One at once, then after 1, 2, 4, … seconds; immediate reasons skip the first delay.
	for name, most := range map[string]int{"spawns": 3, "deaths": 4, "workers": 9} {
		if n := strings.Count(m.file(name), "x"); n < 2 || n > most {
			t.Errorf("%s: %d in 3 s, want 2 to %d", name, n, most)
		}
	}
	m.call(func(model *engine.Model) {
		if p := model.Unit("app.missing").Process; p.Restarts > 3 {
			t.Errorf("a missing program was looked for %d times in 3 s", p.Restarts)
		}
	})
}

func cpuTime(t *testing.T) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

package executor_test

import (
	"fmt"
	"strings"
	"testing"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

func TestReload(t *testing.T) {
	m := boot(t, `
app "signal" {
  command = ["sh", "-c", "trap 'echo hup >>signal' HUP; echo up >signal; while :; do sleep 0.02; done"]
  reload {
    signal = "SIGHUP"
  }
}
app "command" {
  command = ["sleep", "1000"]
  reload {
    command = ["sh", "-c", "echo reload $MAINPID >>command; test ! -e refuse; sleep 0.1; test ! -e refuse"]
  }
}
app "hanging" {
  command       = ["sleep", "1000"]
  start_timeout = "300ms"
  reload {
    command = ["sleep", "1000"]
  }
}
app "none" {
  command = ["sleep", "1000"]
}
app "gone" {
  command = ["sh", "-c", "while test ! -e leave; do sleep 0.02; done"]
  reload {
    command = ["sh", "-c", "touch leave; sleep 1000"]
  }
  restart {
    policy = "no"
  }
}
app "stopped" {
  command = ["sleep", "1000"]
  reload {
    command = ["sh", "-c", "touch reloading; sleep 1000"]
  }
}
`)
	t.Run("by signal", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.waitFile("signal", "up")
		m.active("app.signal")
		pid := m.pid("app.signal")
		m.result(m.reload("signal"), job.Done, "")
		m.waitFile("signal", "hup")
		if m.pid("app.signal") != pid {
			t.Error("it is another process now")
		}
	})
	t.Run("by command", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.active("app.command")
		line := fmt.Sprintf("reload %d\n", asItself(m.pid("app.command")))
		m.result(m.reload("command"), job.Done, "")
		if got := m.file("command"); got != line {
			t.Errorf("got %q, want %q", got, line)
		}
		// A second one, while the first runs, runs after it, and both are answered.
		first := m.begin(job.Reload, "command")
		m.eventually("the first runs", func(model *engine.Model) bool { return model.Unit("app.command").Phase() == lifecycle.Reloading })
		second := m.begin(job.Reload, "command")
		m.result(m.finished(first), job.Done, "")
		m.result(m.finished(second), job.Done, "")
		if got := strings.Count(m.file("command"), line); got != 3 {
			t.Errorf("it reloaded %d times, want 3", got)
		}
		m.home.write(t, "refuse", "", 0o600)
		m.result(m.reload("command"), job.Failed, "reload command: exit 1")
		m.stands("command", "running", "reload command: exit 1")
	})
	t.Run("that hangs", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.active("app.hanging")
		m.result(m.reload("hanging"), job.Failed, "still running after 300 ms")
		m.stands("hanging", "running", "")
	})
	t.Run("that does not exist", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.active("app.none")
		m.call(func(model *engine.Model) {
			if _, err := model.Submit(job.Reload, []units.ID{"app.none"}); err == nil || !strings.Contains(err.Error(), "it has no reload block; use restart") {
				t.Errorf("reload: %v", err)
			}
		})
	})
	t.Run("whose program ends meanwhile", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.active("app.gone")
		m.result(m.reload("gone"), job.Failed, "ended during its reload")
		m.waitSub("gone", "dead")
	})
	t.Run("that a stop cuts short", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.active("app.stopped")
		reload := m.begin(job.Reload, "stopped")
		m.waitFile("reloading", "")
		m.eventually("it reloads", func(model *engine.Model) bool { return model.Unit("app.stopped").Phase() == lifecycle.Reloading })
		m.result(m.stop("stopped"), job.Done, "")
		if tx := m.finished(reload); tx.Result == job.Done {
			t.Errorf("the reload: %+v", tx)
		}
	})
}

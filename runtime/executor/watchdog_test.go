package executor_test

import (
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// lastReason is why the last run of a unit ended; "" while none has.
func (m *manager) lastReason(name string) (reason units.Reason) {
	m.call(func(model *engine.Model) {
		if last := model.Unit(id(name)).Process.LastExit; last != nil {
			reason = last.Reason
		}
	})
	return reason
}

func TestWatchdog(t *testing.T) {
	m := boot(t, `
app "each" {
  for_each  = toset(["hangs", "gives-up", "lives"])
  command   = [var.program, "program:beating", each.key]
  directory = path.state
  watchdog  = "1s"
}
app "silent" {
  command      = ["sh", "-c", "trap '' ABRT; echo $WATCHDOG_USEC $((WATCHDOG_PID - $$)) >silent; while :; do sleep 0.1; done"]
  watchdog     = "300ms"
  stop_timeout = "200ms"
  restart {
    policy = "no"
  }
}
app "unwatched" {
  command  = ["sh", "-c", "env | grep -c WATCHDOG >unwatched; sleep 1000"]
}
`)
	lives := m.pid(`app.each["lives"]`)
	t.Run("a missing WATCHDOG=1 ends it", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		name := `each["hangs"]`
		m.active(id(name))
		m.waitActiveFor(name, 1500*time.Millisecond)
		pid := m.pid(id(name))
		m.home.write(t, "hangs", "STATUS=busy", 0o600)
		m.eventually("it has been replaced", func(model *engine.Model) bool {
			u := model.Unit(id(name))
			return u.Phase() == lifecycle.Active && u.MainPID() != pid
		})
		if reason := m.lastReason(name); reason != units.ReasonWatchdog {
			t.Errorf("it ended for the reason %s, want watchdog", reason)
		}
	})
	t.Run("it says that it hangs", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		name := `each["gives-up"]`
		m.active(id(name))
		m.home.write(t, "gives-up", "WATCHDOG=trigger", 0o600)
		m.eventually("it was ended", func(model *engine.Model) bool { return model.Unit(id(name)).Process.LastExit != nil })
		if reason := m.lastReason(name); reason != units.ReasonWatchdog {
			t.Errorf("it ended for the reason %s, want watchdog", reason)
		}
	})
	t.Run("SIGKILL ends what bears SIGABRT", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.waitSub("silent", "watchdog")
		m.stands("silent", "watchdog", "it sent no WATCHDOG=1 within 300 ms")
		m.call(func(model *engine.Model) {
			if exit := model.Unit("app.silent").Process.LastExit.Exit; exit.Signal != "SIGKILL" {
				t.Errorf("it ended by %s, want SIGKILL", exit)
			}
		})
		if got := m.file("silent"); got != "300000 0\n" {
			t.Errorf("WATCHDOG_USEC, and WATCHDOG_PID minus its pid, are %q", got)
		}
	})
	t.Run("others go on", func(t *testing.T) {
		m := m.in(t)
		m.waitActiveFor(`each["lives"]`, 2500*time.Millisecond)
		if lives != 0 && m.pid(`app.each["lives"]`) != lives {
			t.Error("it is another process now")
		}
		if reason := m.lastReason(`each["lives"]`); reason != "" {
			t.Errorf("it ended: %s", reason)
		}
		m.waitFile("unwatched", "0")
		m.result(m.stop(`each["lives"]`), job.Done, "")
	})
}

// waitActiveFor waits until a unit has been ready for some time.
func (m *manager) waitActiveFor(name string, length time.Duration) {
	m.t.Helper()
	m.eventually(name+" stays active for "+length.String(), func(model *engine.Model) bool {
		u := model.Unit(id(name))
		return u.Phase() == lifecycle.Active && time.Since(u.Process.UpSince) > length
	})
}

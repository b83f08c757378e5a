package executor_test

import (
	"strings"
	"syscall"
	"testing"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

func TestRestartRules(t *testing.T) {
	m := boot(t, `
app "clean" {
  command = ["true"]
  restart {
    policy = "on-failure"
  }
}
app "prevented" {
  command = ["sh", "-c", "echo x >>prevented; exit 7"]
  restart {
    prevent = [7]
  }
}
app "forced" {
  command = ["sh", "-c", "echo x >>forced; exit 8"]
  restart {
    policy = "no"
    delay  = "20ms"
    force  = [8]
    burst  = 2
  }
}
app "success" {
  command      = ["sh", "-c", "exit 9"]
  success_exit = [9, "SIGUSR1"]
  restart {
    policy = "on-failure"
  }
}
app "signalled" {
  command      = ["sh", "-c", "kill -USR1 $$"]
  success_exit = [9, "SIGUSR1"]
  restart {
    policy = "on-failure"
  }
}
app "burst" {
  command = ["sh", "-c", "echo x >>burst; exit 1"]
  restart {
    delay = "10ms"
    burst = 3
  }
}
app "long" {
  command     = ["sh", "-c", "echo x >>long; exec sleep 1000"]
  runtime_max = "200ms"
  restart {
    policy = "no"
  }
}
app "polite" {
  command = ["sleep", "1000"]
}
`)
	m.waitSub("clean", "dead")
	m.waitSub("success", "dead")
	m.waitSub("signalled", "dead")
	m.waitSub("prevented", "exit")
	m.stands("prevented", "exit", "exit 7")
	m.waitSub("forced", "start-limit")
	m.waitSub("burst", "start-limit")
	m.stands("burst", "start-limit", "gave up after 3 restarts within 1 min")
	m.waitSub("long", "timeout")
	m.stands("long", "timeout", "runtime_max of 200 ms")
	for name, want := range map[string]int{"prevented": 1, "forced": 3, "burst": 4, "long": 1} {
		if n := strings.Count(m.file(name), "x"); n != want {
			t.Errorf("%s ran %d times, want %d", name, n, want)
		}
	}
	m.call(func(model *engine.Model) {
		for name, want := range map[string]units.Reason{
			"clean": units.ReasonClean, "success": units.ReasonClean, "signalled": units.ReasonClean, "burst": units.ReasonExit,
		} {
			if exit := model.Unit(id(name)).Process.LastExit; exit == nil || exit.Reason != want {
				t.Errorf("%s ended: %+v, want %s", name, exit, want)
			}
		}
	})
	// A polite signal by hand is "killed": back at once.
	m.active("app.polite")
	pid := m.pid("app.polite")
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	m.eventually("it is back", func(model *engine.Model) bool {
		u := model.Unit("app.polite")
		return u.Phase() == lifecycle.Active && u.MainPID() != pid && u.Process.LastExit.Reason == units.ReasonKilled
	})
	// What gave up starts again when asked to.
	m.result(m.start("burst"), job.Done, "")
	m.eventually("it runs again", func(*engine.Model) bool { return strings.Count(m.file("burst"), "x") > 4 })
}

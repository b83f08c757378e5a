package executor_test

import (
	"fmt"
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

// daemon is a program below the home directory that sleeps: its path tells its processes from all others.
func (h *home) daemon(t *testing.T) string {
	t.Helper()
	path := filepath.Join(h.dir, "bin/daemon")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/bin/sleep", path); err != nil && !os.IsExist(err) {
		t.Fatal(err)
	}
	return path
}

func TestHooks(t *testing.T) {
	h := newHome(t)
	h.daemon(t)
	m := live(t, h, h.load(t, `
app "order" {
  command    = ["sh", "-c", "echo main >>order; exec sleep 1000"]
  pre_start  = [["sh", "-c", "echo pre 1 $UNIT_NAME >>order"], ["sh", "-c", "echo pre 2 main=$MAINPID >>order"]]
  post_start = [["sh", "-c", "while ! grep -q main$ order; do :; done; echo post_start $MAINPID >>order"]]
  pre_stop   = [["sh", "-c", "echo pre_stop $MAINPID >>order"]]
  post_stop  = [["sh", "-c", "echo post_stop main=$MAINPID $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >>order"]]
  enabled    = false
}
app "result" {
  for_each  = { ok = "exit 0", three = "exit 3", killed = "kill -9 $$", term = "kill -TERM $$" }
  type      = "oneshot"
  command   = ["sh", "-c", each.value]
  post_stop = [["sh", "-c", "echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >result.${each.key}"]]
  enabled   = false
}
app "refused" {
  command   = ["sh", "-c", "echo it ran >refused"]
  pre_start = [["sh", "-c", "exit 0"], ["sh", "-c", "exit 4"], ["sh", "-c", "echo third >refused"]]
  post_stop = [["sh", "-c", "echo $SERVICE_RESULT >refused.after"]]
  enabled   = false
  restart {
    policy = "no"
  }
}
app "hasty" {
  command    = ["sleep", "1000"]
  post_start = [["sh", "-c", "exit 5"]]
  enabled    = false
  restart {
    policy = "no"
  }
}
app "missing" {
  command   = ["sleep", "1000"]
  pre_start = [["no-such-hook"]]
  enabled   = false
  restart {
    policy = "no"
  }
}
app "stubbornly" {
  command       = ["sleep", "1000"]
  pre_start     = [["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]]
  start_timeout = "300ms"
  enabled       = false
  restart {
    policy = "no"
  }
}
app "brief" {
  command      = ["sleep", "1000"]
  pre_stop     = [["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]]
  post_stop    = [["sh", "-c", "trap '' TERM; while :; do sleep 1; done"]]
  stop_timeout = "200ms"
  enabled      = false
}
app "litter" {
  command   = ["sleep", "1000"]
  pre_start = [["sh", "-c", "setsid sh -c 'touch one; exec $HOME/bin/daemon 1000' & env -i setsid sh -c '(touch two; exec ${user.home}/bin/daemon 1001) & exit 0' & until test -e one && test -e two; do :; done"]]
  enabled   = false
}
`))
	t.Run("run in order with their environment", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("order"), job.Done, "")
		pid := m.pid("app.order")
		m.result(m.stop("order"), job.Done, "")
		want := fmt.Sprintf("pre 1 app.order\npre 2 main=\nmain\npost_start %d\npre_stop %d\npost_stop main= success killed TERM\n", pid, pid)
		if got := m.file("order"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("post_stop knows the result", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		for key, want := range map[string]string{
			"ok": "success exited 0", "three": "exit-code exited 3", "killed": "signal killed KILL", "term": "signal killed TERM",
		} {
			m.start(`result["` + key + `"]`)
			if got := m.file("result." + key); got != want+"\n" {
				t.Errorf("%s: %q, want %q", key, got, want)
			}
		}
	})
	t.Run("a failing one fails the start", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("refused"), job.Failed, "pre_start hook 2: exit 4")
		m.stands("refused", "start", "pre_start hook 2: exit 4")
		if got := m.file("refused"); got != "" {
			t.Errorf("after the failed hook: %q", got)
		}
		if got := m.file("refused.after"); got != "exit-code\n" {
			t.Errorf("post_stop saw %q", got)
		}
		m.result(m.start("missing"), job.Failed, "pre_start hook 1: find program no-such-hook")
		m.result(m.start("hasty"), job.Failed, "post_start hook 1: exit 5")
		m.result(m.start("stubbornly"), job.Failed, "pre_start hook 1 still runs")
		m.stands("stubbornly", "timeout", "")
	})
	t.Run("a hanging one does not keep a stop", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("brief"), job.Done, "")
		from := time.Now()
		m.result(m.stop("brief"), job.Done, "")
		if took := time.Since(from); took < 400*time.Millisecond || took > 5*time.Second {
			t.Errorf("the stop took %v, its two hooks may take 200 ms each", took)
		}
	})
	t.Run("nothing is left of one", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("litter"), job.Done, "")
		for _, seconds := range []string{"1000", "1001"} {
			if pids := living(m.dir+"/bin/daemon", seconds); len(pids) > 0 {
				t.Errorf("pids %v outlived their hook", pids)
			}
		}
	})
}

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
		line := fmt.Sprintf("reload %d\n", m.pid("app.command"))
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

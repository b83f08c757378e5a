package executor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"unitd/policy/job"
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
  post_stop = [["sh", "-c", "echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >refused.after"]]
  enabled   = false
  restart {
    policy = "no"
  }
}
app "unready" {
  type      = "notify"
  command   = ["true"]
  post_stop = [["sh", "-c", "echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >unready"]]
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
		m.start("unready")
		if got := m.file("unready"); got != "protocol exited 0\n" {
			t.Errorf("post_stop of one that ends before it is ready saw %q", got)
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

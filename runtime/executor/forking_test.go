package executor_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"unitd/policy/job"
	"unitd/runtime/engine"
	"unitd/units"
)

func TestForking(t *testing.T) {
	h := newHome(t)
	// What an earlier run left, and a process of somebody else.
	h.write(t, "named.pid", strconv.Itoa(os.Getpid())+"\n", 0o644)
	// A daemon that starts another in its place, as some do for a new release.
	h.write(t, "daemon", "trap 'sleep 1006 & echo $! >moving.pid; exit 0' HUP\necho $$ >moving.pid\nwhile :; do sleep 0.02; done\n", 0o644)
	m := live(t, h, h.load(t, `
app "named" {
  type       = "forking"
  command    = ["sh", "-c", "sleep 1000 & sleep 1001 & sleep 0.2; echo $! >named.pid"]
  pid_file   = "named.pid"
  directory  = path.state
  post_start = [["sh", "-c", "echo $MAINPID >named.post"]]
  enabled    = false
  restart {
    policy = "no"
  }
}
app "told" {
  type       = "forking"
  command    = ["sh", "-c", "sleep 1007 & sleep 1008 &"]
  pid_file   = "told.pid"
  directory  = path.state
  post_start = [["sh", "-c", "pgrep -x -u $(id -u) -f 'sleep 1008' >told.pid"]]
  enabled    = false
  restart {
    policy = "no"
  }
}
app "guessed" {
  type    = "forking"
  command = ["sh", "-c", "(sh -c 'sleep 1002 & exit 0'; sleep 0.01) & exit 0"]
  enabled = false
}
app "several" {
  type    = "forking"
  command = ["sh", "-c", "sleep 1003 & sleep 1004 &"]
  enabled = false
  restart {
    policy = "no"
  }
  reload {
    signal = "SIGHUP"
  }
}
app "moving" {
  type      = "forking"
  command   = ["sh", "-c", "sh daemon &"]
  pid_file  = "moving.pid"
  directory = path.state
  enabled   = false
  reload {
    signal = "SIGHUP"
  }
  restart {
    policy = "no"
  }
}
app "stale" {
  type          = "forking"
  command       = ["sh", "-c", "sleep 1005 & echo $PPID >stale.pid"]
  pid_file      = "stale.pid"
  directory     = path.state
  start_timeout = "300ms"
  enabled       = false
  restart {
    policy = "no"
  }
}
app "nothing" {
  type    = "forking"
  command = ["true"]
  enabled = false
  restart {
    policy = "no"
  }
}
`))
	t.Run("with a pid file", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("named"), job.Done, "")
		pid := m.pid("app.named")
		for _, name := range []string{"named.pid", "named.post"} {
			text := strings.TrimSpace(m.file(name))
			if got, err := strconv.Atoi(text); err != nil || m.outside("named", got) != pid {
				t.Errorf("%s holds %q, the main process is %d", name, text, pid)
			}
		}
		m.kill("named")
		m.waitSub("named", "signal")
		if reason := m.lastReason("named"); reason != units.ReasonSignal {
			t.Errorf("it ended for the reason %s, want signal", reason)
		}
	})
	t.Run("with a pid file that post_start writes", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("told"), job.Done, "")
		if pids := living("sleep", "1008"); len(pids) != 1 || m.pid("app.told") != pids[0] {
			t.Errorf("its main process is %d, want that of %v", m.pid("app.told"), pids)
		}
		m.kill("told")
		m.waitSub("told", "signal")
		if left := living("sleep", "1007"); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
	})
	t.Run("by a guess", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("guessed"), job.Done, "")
		m.eventually("it is the one that stays", func(model *engine.Model) bool {
			pids := living("sleep", "1002")
			return len(pids) == 1 && model.Unit("app.guessed").MainPID() == pids[0]
		})
		m.result(m.stop("guessed"), job.Done, "")
	})
	t.Run("that nobody can tell", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("stale"), job.Failed, "stale.pid names no process of it")
		m.result(m.start("nothing"), job.Failed, "it left no process behind")
		m.stands("nothing", "exit", "it left no process behind")
		if lines := m.said.Lines("ignore pid_file"); len(lines) < 1 || !strings.Contains(strings.Join(lines, ""), "stale.pid") {
			t.Errorf("of a pid file that names another's process it said %q", lines)
		}
	})
	t.Run("that names another in its pid file", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("moving"), job.Done, "")
		old := m.pid("app.moving")
		m.result(m.reload("moving"), job.Done, "")
		m.eventually("it is another process now", func(model *engine.Model) bool {
			pids := living("sleep", "1006")
			return len(pids) == 1 && model.Unit("app.moving").MainPID() == pids[0] && !alive(old)
		})
		m.stands("moving", "running", "")
		m.kill("moving")
		m.waitSub("moving", "signal")
	})
	t.Run("of several", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("several"), job.Done, "")
		if pid := m.pid("app.several"); pid != 0 {
			t.Errorf("its main process is %d", pid)
		}
		m.result(m.reload("several"), job.Failed, "its main process is not known")
		m.result(m.stop("several"), job.Done, "")
		if left := append(living("sleep", "1003"), living("sleep", "1004")...); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
		m.result(m.start("several"), job.Done, "")
		for _, seconds := range []string{"1003", "1004"} {
			m.stands("several", "running", "")
			m.killPID(living("sleep", seconds)[0])
		}
		m.waitSub("several", "dead")
		if reason := m.lastReason("several"); reason != units.ReasonClean {
			t.Errorf("it ended for the reason %s, want clean", reason)
		}
	})
}

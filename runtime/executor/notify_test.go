package executor_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

func TestNotify(t *testing.T) {
	m := boot(t, `
app "slow" {
  type          = "notify"
  command       = [var.program, "program:notify", "EXTEND_TIMEOUT_USEC=10000000", "1s", "READY=1"]
  start_timeout = "500ms"
  enabled       = false
}
app "lasting" {
  type        = "notify"
  command     = [var.program, "program:notify", "READY=1", "EXTEND_TIMEOUT_USEC=1500000", "STATUS=extended"]
  runtime_max = "400ms"
  enabled     = false
  restart {
    policy = "no"
  }
}
app "leaving" {
  type     = "notify"
  command  = [var.program, "program:notify", "READY=1", "STOPPING=1\nERRNO=2\nSTATUS=leaving", "wait", "exit"]
  directory = path.state
  pre_start = [["mkfifo", "go"]]
  enabled  = false
  restart {
    policy = "no"
  }
}
app "barrier" {
  type      = "notify"
  command   = [var.program, "program:notify", "READY=1", "wait", "STATUS=first", "STATUS=second", "barrier"]
  directory = "${path.state}/barrier"
  pre_start = [["mkfifo", "go"]]
  enabled   = false
}
app "hook" {
  type          = "notify"
  command       = ["sleep", "1000"]
  pre_start     = [[var.program, "program:notify", "READY=1", "barrier", "exit"]]
  start_timeout = "500ms"
  enabled       = false
  restart {
    policy = "no"
  }
}
`)
	t.Run("a start that is extended", func(t *testing.T) {
		t.Parallel()
		m.in(t).result(m.in(t).start("slow"), job.Done, "")
	})
	t.Run("a run that is extended", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("lasting"), job.Done, "")
		m.eventually("it is over", func(model *engine.Model) bool { return model.Unit("app.lasting").Phase().Down() })
		m.call(func(model *engine.Model) {
			p := model.Unit("app.lasting").Process
			if ran := p.LastExit.At.Sub(p.UpSince); ran < 1400*time.Millisecond || p.LastExit.Reason != units.ReasonTimeout {
				t.Errorf("it ran for %v and ended for the reason %s", ran, p.LastExit.Reason)
			}
		})
	})
	t.Run("one that says that it stops", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.start("leaving")
		m.waitSub("leaving", "stop")
		m.eventually("it says why", func(model *engine.Model) bool {
			p := model.Unit("app.leaving").Process
			return p.StatusText == "leaving" && p.Errno == 2
		})
		m.release("go")
		m.waitSub("leaving", "dead")
		if reason := m.lastReason("leaving"); reason != units.ReasonClean {
			t.Errorf("it ended for the reason %s, want clean", reason)
		}
	})
	t.Run("a barrier", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		if err := os.Mkdir(filepath.Join(m.dir, "barrier"), 0o755); err != nil {
			t.Fatal(err)
		}
		m.result(m.start("barrier"), job.Done, "")
		m.call(func(*engine.Model) { // the engine takes nothing in meanwhile
			m.release("barrier/go")
			time.Sleep(200 * time.Millisecond)
			if _, err := os.Stat(filepath.Join(m.dir, "barrier/passed")); err == nil {
				t.Error("it passed before what came before it was taken in")
			}
		})
		m.eventually("it passes", func(model *engine.Model) bool {
			if _, err := os.Stat(filepath.Join(m.dir, "barrier/passed")); err != nil {
				return false
			}
			if text := model.Unit("app.barrier").Process.StatusText; text != "second" {
				t.Errorf("it passed, and the status is %q", text)
			}
			return true
		})
	})
	t.Run("hooks have no say", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("hook"), job.Failed, "it sent no READY=1")
		m.call(func(model *engine.Model) {
			if model.Unit("app.hook").Phase() != lifecycle.Failed {
				t.Errorf("it is %s", model.Unit("app.hook").Phase())
			}
		})
		for _, line := range m.transitions() {
			if strings.Contains(line, "app.hook/0 active") {
				t.Error(line)
			}
		}
	})
}

func TestNotifyReload(t *testing.T) {
	m := boot(t, `
app "reloads" {
  type          = "notify-reload"
  command       = [var.program, "program:reloading"]
  directory     = path.state
  start_timeout = "1s"
}
app "alone" {
  type      = "notify"
  command   = [var.program, "program:notify", "READY=1", "wait", "RELOADING=1", "wait", "READY=1"]
  directory = path.state
  pre_start = [["mkfifo", "go"]]
}
`)
	t.Run("by signal", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.active("app.reloads")
		pid := m.pid("app.reloads")
		for _, want := range []string{"1", "2", "3"} {
			m.result(m.reload("reloads"), job.Done, "")
			m.call(func(model *engine.Model) {
				if p := model.Unit("app.reloads").Process; p.StatusText != want || p.Phase != lifecycle.Active {
					t.Errorf("after reload %s it is %s, its status %q", want, p.Phase, p.StatusText)
				}
			})
		}
		m.home.write(t, "deaf", "", 0o600)
		m.result(m.reload("reloads"), job.Failed, "it did not answer SIGHUP by RELOADING=1 within 1 s")
		m.stands("reloads", "running", "it did not answer SIGHUP")
		if m.pid("app.reloads") != pid {
			t.Error("it is another process now")
		}
	})
	t.Run("by itself", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.active("app.alone")
		m.release("go")
		m.eventually("it reloads", func(model *engine.Model) bool { return model.Unit("app.alone").Phase() == lifecycle.Reloading })
		m.release("go")
		m.active("app.alone")
	})
}

// A program that writes a newline to its ready_fd has started.
func TestReadyFD(t *testing.T) {
	m := boot(t, `
app "newline" {
  ready_fd  = 4
  command   = ["sh", "-c", "read line <go; printf 'almost' >&4; sleep 0.1; echo >&4; exec sleep 1000"]
  directory = path.state
  pre_start = [["mkfifo", "go"]]
  enabled   = false
  listen "http" {
    address = "unix:listening"
  }
}
app "silent" {
  ready_fd      = 3
  command       = ["sh", "-c", "printf almost >&3; exec sleep 1000"]
  start_timeout = "300ms"
  enabled       = false
  restart {
    policy = "no"
  }
}
app "closes" {
  ready_fd      = 3
  command       = ["sh", "-c", "exec 3>&-; exec sleep 1000"]
  start_timeout = "300ms"
  enabled       = false
  restart {
    policy = "no"
  }
}
`)
	t.Run("written", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		tx := m.begin(job.Start, "newline")
		m.eventually("it runs", func(model *engine.Model) bool {
			p := model.Unit("app.newline").Process
			return p.MainPID != 0 && p.Phase == lifecycle.Starting
		})
		m.release("go")
		m.result(m.finished(tx), job.Done, "")
	})
	t.Run("not written", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.result(m.start("silent"), job.Failed, "not ready within 300 ms: it wrote no newline to fd 3")
		m.result(m.start("closes"), job.Failed, "not ready within 300 ms: it wrote no newline to fd 3")
	})
}

// A program that hands its part to a child and ends at once goes on as that child.
func TestMainPID(t *testing.T) {
	m := boot(t, `
app "moves" {
  for_each   = toset(["a", "b", "c", "d"])
  type       = "notify"
  command    = [var.program, "program:notify", "move", "STATUS=child", "200ms", "READY=1"]
  directory  = path.state
  post_start = [["sh", "-c", "echo $MAINPID >moved.${each.key}"]]
  restart {
    policy = "no"
  }
}
app "neighbour" {
  command = ["sleep", "1000"]
}
app "steals" {
  type      = "notify"
  command   = ["sh", "-c", "systemd-notify --pid=1; systemd-notify --pid=$(cat neighbour); systemd-notify --pid=999999; systemd-notify --ready; exec sleep 1000"]
  directory = path.state
  enabled   = false
}
`)
	t.Run("a child", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		for _, key := range []string{"a", "b", "c", "d"} {
			name := `moves["` + key + `"]`
			m.active(id(name))
			pid := m.pid(id(name))
			if command := processesNaming("STATUS=child")[pid]; strings.Contains(command, "move") || command == "" {
				t.Errorf("the main process %d is %q", pid, command)
			}
			text := strings.TrimSpace(m.file("moved." + key))
			if got, err := strconv.Atoi(text); err != nil || m.outside(name, got) != pid {
				t.Errorf("post_start got MAINPID=%s, want that of %d", text, pid)
			}
			m.kill(name)
			m.waitSub(name, "signal")
		}
	})
	t.Run("others", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		if !m.has("systemd-notify") {
			t.Skip("systemd-notify is not installed")
		}
		m.active("app.neighbour")
		m.home.write(t, "neighbour", strconv.Itoa(m.pid("app.neighbour")), 0o600)
		m.result(m.start("steals"), job.Done, "")
		m.call(func(model *engine.Model) {
			own, neighbour := model.Unit("app.steals").MainPID(), model.Unit("app.neighbour").MainPID()
			if own == 1 || own == neighbour || own == 999999 {
				t.Errorf("its main process is %d", own)
			}
		})
	})
}

// release lets go a program that waits for a line of a FIFO.
func (m *manager) release(name string) {
	m.t.Helper()
	if err := os.WriteFile(filepath.Join(m.dir, name), []byte("\n"), 0); err != nil {
		m.t.Fatal(err)
	}
}

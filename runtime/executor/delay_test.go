package executor_test

import (
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/runtime/engine"
)

// A delay waits for real things, and what comes after it waits for the delay.
func TestDelays(t *testing.T) {
	address, web := freePort(t), freePort(t)
	m := boot(t, `
delay "address" {
  duration = "10s"
  until {
    address = "`+address+`"
  }
}
delay "url" {
  duration = "10s"
  until {
    url = "http://`+web+`/ready"
  }
}
delay "path" {
  duration = "10s"
  until {
    path = "~/come"
  }
}
delay "command" {
  duration = "10s"
  until {
    command = ["sh", "-c", "test -e ~/come"]
  }
}
delay "start" {
  duration = "100ms"
  since    = "start"
}
delay "boot" {
  duration = "30s"
}
delay "never" {
  duration = "200ms"
  until {
    command = ["sh", "-c", "exec sleep 1000"]
  }
}
delay "nobody" {
  duration   = "200ms"
  on_timeout = "continue"
  until {
    path = "~/never"
  }
}
app "address" {
  requires = [delay.address]
  command  = ["sleep", "1000"]
}
app "url" {
  requires = [delay.url]
  command  = ["sleep", "1000"]
}
app "path" {
  requires = [delay.path]
  command  = ["sleep", "1000"]
}
app "command" {
  requires = [delay.command]
  command  = ["sleep", "1000"]
}
app "start" {
  requires = [delay.start]
  command  = ["sleep", "1000"]
}
app "boot" {
  requires = [delay.boot]
  command  = ["sleep", "1000"]
}
app "nobody" {
  requires = [delay.nobody]
  command  = ["sleep", "1000"]
}
app "never" {
  requires = [delay.never]
  command  = ["sleep", "1000"]
}
`)
	m.active("app.boot")
	m.stands("delay.boot", "exited", "30 s after host boot")
	m.active("app.start")
	m.active("app.nobody")
	m.stands("delay.nobody", "exited", "went on")
	m.waitSub("never", "dependency")
	m.stands("delay.never", "timeout", "did not come within 200 ms")
	m.stands("never", "dependency", "delay.never")
	for _, key := range []string{"address", "url", "path", "command"} {
		m.stands(key, "dead", "")
		m.stands("delay."+key, "delay", "waits for")
	}
	if err := os.Mkdir(m.dir+"/come", 0o700); err != nil {
		t.Fatal(err)
	}
	m.active("app.path")
	m.active("app.command")
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	m.active("app.address")
	// A URL that answers 503 is not there yet.
	ready := make(chan struct{})
	server := &http.Server{Addr: web, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		select {
		case <-ready:
		default:
			http.Error(w, "not yet", http.StatusServiceUnavailable)
		}
	})}
	go server.ListenAndServe()
	defer server.Close()
	m.eventually("it is asked", func(model *engine.Model) bool {
		return strings.Contains(model.Unit("delay.url").Delay.LastError, "503")
	})
	m.stands("delay.url", "delay", "")
	close(ready)
	m.active("app.url")
	// A delay that is stopped while it waits ends its checks, and can be started anew.
	m.result(m.stop("delay.command"), job.Done, "")
	m.result(m.start("delay.command"), job.Done, "")
}

// What a delay asks with ends with the asking: by a stop, and when its time is up.
func TestDelayLeavesNoCommand(t *testing.T) {
	m := boot(t, `
delay "stopped" {
  duration = "1m"
  until {
    command = ["sh", "-c", "setsid sleep 1071 & exec sleep 1071"]
  }
}
delay "expired" {
  duration = "300ms"
  until {
    command = ["sh", "-c", "setsid sleep 1072 & exec sleep 1072"]
  }
}
`)
	m.eventually("both ask", func(*engine.Model) bool {
		return len(living("sleep", "1071")) == 2 && len(living("sleep", "1072")) == 2
	})
	m.result(m.stop("delay.stopped"), job.Done, "")
	m.waitSub("delay.expired", "timeout")
	m.eventually("nothing of them is left", func(*engine.Model) bool {
		return len(living("sleep", "1071")) == 0 && len(living("sleep", "1072")) == 0
	})
}

func TestSupervisors(t *testing.T) {
	m := boot(t, `
supervisor "all" {
  strategy = "one_for_all"
}
app "all" {
  for_each   = toset(["a", "b"])
  supervisor = supervisor.all
  command    = ["sleep", "1000"]
}
supervisor "rest" {
  strategy = "rest_for_one"
}
app "first" {
  supervisor = supervisor.rest
  command    = ["sleep", "1000"]
}
app "second" {
  supervisor = supervisor.rest
  after      = [app.first]
  command    = ["sleep", "1000"]
}
app "third" {
  supervisor = supervisor.rest
  after      = [app.second]
  command    = ["sleep", "1000"]
}
supervisor "one" {
}
app "one" {
  for_each   = toset(["a", "b"])
  supervisor = supervisor.one
  command    = ["sleep", "1000"]
}
supervisor "intense" {
  intensity {
    burst    = 2
    interval = "1m"
  }
  restart {
    delay = "300ms"
  }
}
app "ill" {
  supervisor = supervisor.intense
  command    = ["sh", "-c", "until test -e go; do sleep 0.01; done; echo x >>ill; test -e well || exit 1; exec sleep 1000"]
  restart {
    delay = "10ms"
  }
}
app "sound" {
  supervisor = supervisor.intense
  command    = ["sleep", "1000"]
}
`)
	t.Run("one_for_all", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.replaced(`all["a"]`, []string{`all["a"]`, `all["b"]`}, nil)
	})
	t.Run("rest_for_one", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.replaced("second", []string{"second", "third"}, []string{"first"})
	})
	t.Run("one_for_one", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.replaced(`one["a"]`, []string{`one["a"]`}, []string{`one["b"]`})
	})
	t.Run("intensity", func(t *testing.T) {
		t.Parallel()
		m := m.in(t)
		m.active("supervisor.intense")
		m.home.write(t, "go", "", 0o600)
		m.waitSub("supervisor.intense", "auto-restart")
		m.stands("supervisor.intense", "auto-restart", "more than 2 member failures within 1 min, the last of app.ill: exit 1")
		m.waitSub("sound", "dead")
		m.waitSub("ill", "dead")
		m.home.write(t, "well", "", 0o600)
		m.active("app.sound")
		m.active("app.ill")
		m.stands("supervisor.intense", "running", "")
		m.eventually("it has run 3 times and, after the supervisor's restart, once more", func(*engine.Model) bool {
			return strings.Count(m.file("ill"), "x") == 4
		})
		// start, stop and restart of a supervisor act on its members.
		m.result(m.stop("supervisor.intense"), job.Done, "")
		m.stands("sound", "dead", "")
		m.result(m.start("supervisor.intense"), job.Done, "")
		m.stands("sound", "running", "")
	})
}

// replaced kills a unit and waits until each of some has another process; others keep theirs.
func (m *manager) replaced(killed string, replaced, kept []string) {
	m.t.Helper()
	pids := map[string]int{}
	for _, name := range append(append([]string{}, replaced...), kept...) {
		m.active(id(name))
		pids[name] = m.pid(id(name))
	}
	m.kill(killed)
	for _, name := range replaced {
		m.eventually(name+" has a new process", func(model *engine.Model) bool {
			u := model.Unit(id(name))
			return u.Phase().Up() && u.MainPID() != 0 && u.MainPID() != pids[name]
		})
		if alive(pids[name]) {
			m.t.Errorf("%s: pid %d lives", name, pids[name])
		}
	}
	settled := time.Now().Add(100 * time.Millisecond)
	m.eventually("nothing else is under way", func(*engine.Model) bool { return time.Now().After(settled) })
	for _, name := range kept {
		if m.pid(id(name)) != pids[name] {
			m.t.Errorf("%s was replaced too", name)
		}
	}
}

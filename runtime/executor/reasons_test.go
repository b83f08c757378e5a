package executor_test

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/runtime/meter"
	"unitd/units"
)

// Each reason for which a single program can end, told apart by what the kernel says of real processes. Hang and
// recycle are those of workers.
func TestReasons(t *testing.T) {
	h := newHome(t)
	var kills atomic.Int64
	h.oomKills = func() (meter.OOMKills, bool) {
		return meter.OOMKills{Count: kills.Load(), Uptime: time.Hour}, true
	}
	m := live(t, h, h.load(t, `
supervisor "all" {
  defaults {
    restart {
      policy = "no"
    }
  }
}
app "ends" {
  for_each = {
    exit   = "exit 3"
    clean  = "exit 0"
    killed = "kill -TERM $$"
    signal = "kill -USR1 $$"
    core   = "kill -ABRT $$"
  }
  command    = ["sh", "-c", each.value]
  supervisor = supervisor.all
  directory  = path.state
  limits {
    core = "unlimited"
  }
}
app "work" {
  type       = "oneshot"
  command    = ["sh", "-c", "kill -TERM $$"]
  supervisor = supervisor.all
}
app "sleeps" {
  for_each   = toset(["oom", "child", "byhand", "unitctl", "stop"])
  command    = ["sh", "-c", "(sleep 1000 & echo $! >${each.key}.child); exec sleep 1000"]
  supervisor = supervisor.all
  directory  = path.state
}
app "long" {
  command     = ["sleep", "1000"]
  supervisor  = supervisor.all
  runtime_max = "100ms"
}
app "silent" {
  command    = ["sleep", "1000"]
  supervisor = supervisor.all
  watchdog   = "100ms"
}
app "ill" {
  command    = ["sleep", "1000"]
  supervisor = supervisor.all
  health "no" {
    command     = ["sh", "-c", "exit 4"]
    interval    = "50ms"
    gates_ready = false
  }
}
`))
	check := func(name string, reason units.Reason, sub, note string) {
		t.Helper()
		m.eventually(name+" has ended", func(model *engine.Model) bool {
			u := model.Unit(id(name))
			return u.Process.LastExit != nil && u.Phase().Down()
		})
		if got := m.lastReason(name); got != reason {
			t.Errorf("%s ended for the reason %s, want %s", name, got, reason)
		}
		m.stands(name, sub, note)
	}
	check(`ends["exit"]`, units.ReasonExit, "exit", "exit 3")
	check(`ends["clean"]`, units.ReasonClean, "dead", "")
	check(`ends["killed"]`, units.ReasonKilled, "dead", "")
	check(`ends["signal"]`, units.ReasonSignal, "signal", "SIGUSR1")
	if pattern, err := os.ReadFile("/proc/sys/kernel/core_pattern"); err == nil && strings.TrimSpace(string(pattern)) != "" {
		check(`ends["core"]`, units.ReasonCore, "core", "SIGABRT (core dumped)")
	}
	check("work", units.ReasonKilled, "signal", "SIGTERM")
	check("long", units.ReasonTimeout, "timeout", "ran for its runtime_max of 100 ms")
	check("silent", units.ReasonWatchdog, "watchdog", "it sent no WATCHDOG=1 within 100 ms")
	check("ill", units.ReasonHealth, "health", `health "no" failed 2 times: exit 4`)

	for _, name := range []string{"oom", "child", "byhand", "unitctl", "stop"} {
		m.waitFile(name+".child", "\n")
	}
	m.result(m.stop(`sleeps["stop"]`), job.Done, "")
	check(`sleeps["stop"]`, units.ReasonStop, "dead", "")
	// The kernel counts, then kills.
	kills.Add(1)
	m.kill(`sleeps["oom"]`)
	check(`sleeps["oom"]`, units.ReasonOOM, "oom", "SIGKILL (out of memory)")
	m.kill(`sleeps["byhand"]`) // that one is explained
	check(`sleeps["byhand"]`, units.ReasonSignal, "signal", "SIGKILL")
	kills.Add(1)
	var run uint64
	m.call(func(model *engine.Model) { run = model.Unit(id(`sleeps["unitctl"]`)).Process.Main })
	if err := m.executor.Signal(run, "SIGKILL", true); err != nil {
		t.Fatal(err)
	}
	check(`sleeps["unitctl"]`, units.ReasonSignal, "signal", "SIGKILL") // it is known who sent that one
	// The kernel may choose another process of the tree, and somebody kill the main one.
	child, err := strconv.Atoi(strings.TrimSpace(m.file("child.child")))
	if err != nil {
		t.Fatal(err)
	}
	m.killPID(child)
	m.eventually("its init has reaped the other one", func(*engine.Model) bool {
		_, err := os.Stat("/proc/" + strconv.Itoa(child))
		return os.IsNotExist(err)
	})
	m.kill(`sleeps["child"]`)
	check(`sleeps["child"]`, units.ReasonSignal, "signal", "SIGKILL")
}

// On a host where the kernel kills for want of memory all the time, one kill that was counted proves nothing.
func TestKilledOnABusyHost(t *testing.T) {
	h := newHome(t)
	var kills atomic.Int64
	kills.Store(1000)
	h.oomKills = func() (meter.OOMKills, bool) {
		return meter.OOMKills{Count: kills.Load(), Uptime: time.Second}, true
	}
	m := live(t, h, h.load(t, `
app "a" {
  command = ["sleep", "1000"]
  restart {
    policy = "no"
  }
}
`))
	m.active("app.a")
	kills.Add(3)
	m.kill("a")
	m.waitSub("a", "signal")
	m.stands("a", "signal", "SIGKILL; the kernel has killed 3 processes of this host for want of memory within ")
	if got := m.lastReason("a"); got != units.ReasonSignal {
		t.Errorf("it ended for the reason %s, want signal", got)
	}
	m.call(func(model *engine.Model) {
		if exit := model.Unit("app.a").Process.LastExit.Exit; exit != (lifecycle.Exit{Signal: "SIGKILL"}) {
			t.Errorf("it ended by %+v", exit)
		}
	})
}

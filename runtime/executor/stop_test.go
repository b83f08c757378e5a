package executor_test

import (
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

func TestKillModes(t *testing.T) {
	h := newHome(t)
	h.daemon(t)
	m := live(t, h, h.load(t, `
locals {
  # A main process and a child that both say what they are told.
  family = ["sh", "-c", "(trap 'echo child TERM >>$0; exit' TERM; echo up >>$0; while :; do sleep 0.02; done) & trap 'echo main TERM >>$0; exit' TERM USR1; trap 'echo main USR1 >>$0; exit' USR1; echo up >>$0; while :; do sleep 0.02; done"]
}
app "mixed" {
  command = concat(local.family, ["mixed"])
}
app "group" {
  command   = concat(local.family, ["group"])
  kill_mode = "control-group"
}
app "process" {
  command      = concat(local.family, ["process"])
  kill_mode    = "process"
  stop_timeout = "200ms"
}
app "signal" {
  command     = concat(local.family, ["signal"])
  stop_signal = "SIGUSR1"
}
app "deaf" {
  command      = ["sh", "-c", "trap '' TERM INT HUP; echo up >deaf; while :; do sleep 0.02; done"]
  stop_timeout = "200ms"
}
app "deafgroup" {
  command      = ["sh", "-c", "trap '' TERM; (trap '' TERM; while :; do sleep 0.02; done) & echo up >deafgroup; while :; do sleep 0.02; done"]
  kill_mode    = "control-group"
  stop_timeout = "200ms"
}
app "frozen" {
  command      = ["sh", "-c", "kill -STOP $$"]
  stop_timeout = "200ms"
}
`))
	for name, want := range map[string]string{
		"mixed": "main TERM", "group": "child TERM main TERM", "process": "main TERM", "signal": "main USR1",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := m.in(t)
			m.eventually("both are up", func(*engine.Model) bool { return strings.Count(m.file(name), "up\n") == 2 })
			m.result(m.stop(name), job.Done, "")
			told := strings.Fields(strings.ReplaceAll(m.file(name), "up\n", ""))
			got := strings.Join(told, " ")
			if got != want && got != "main TERM child TERM" || name != "group" && got != want {
				t.Errorf("told: %q, want %q", got, want)
			}
		})
	}
	for _, name := range []string{"deaf", "deafgroup", "frozen"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := m.in(t)
			m.active(id(name))
			pid := m.pid(id(name))
			if name == "frozen" {
				m.eventually("it is stopped", func(*engine.Model) bool { return processStat(t, pid)[0] == "T" })
			} else {
				m.waitFile(name, "up")
			}
			from := time.Now()
			m.result(m.stop(name), job.Done, "")
			if took := time.Since(from); took < 200*time.Millisecond || took > 3*time.Second {
				t.Errorf("the stop took %v, want a little more than 200 ms", took)
			}
			if alive(pid) {
				t.Error("it lives")
			}
		})
	}
}

// Whatever a program forks, in whichever session, nothing of it is left when a stop or restart returns.
func TestNothingOutlivesItsUnit(t *testing.T) {
	h := newHome(t)
	h.daemon(t)
	const forks = 50
	m := live(t, h, h.load(t, `
locals {
  daemon = "${user.home}/bin/daemon"
}
app "daemons" {
  command = ["sh", "-c", "setsid sh -c 'env -i ${local.daemon} 4001 & exit 0'; (${local.daemon} 4001 &); ${local.daemon} 4001 & exec ${local.daemon} 4001"]
}
app "leaves" {
  command = ["sh", "-c", "setsid sh -c 'env -i ${local.daemon} 4002 & exit 0'; exit 0"]
  restart {
    policy = "no"
  }
}
app "noinit" {
  command = ["sh", "-c", "setsid sh -c 'env -i ${local.daemon} 4003 & exit 0'; exec ${local.daemon} 4003"]
}
app "storm" {
  enabled = false
  command = ["sh", "-c", "i=0; while [ $i -lt 50 ]; do setsid sh -c 'trap \"\" TERM; ${local.daemon} 4004 & ${local.daemon} 4004' & i=$((i+1)); done; wait"]
  stop_timeout = "100ms"
}
app "breeding" {
  command      = ["sh", "-c", "trap '' TERM; while :; do setsid ${local.daemon} 0.2 & sleep 0.005; done"]
  stop_timeout = "100ms"
  enabled      = false
}
`))
	of := func(seconds string) []int { return living(m.dir+"/bin/daemon", seconds) }
	count := func(seconds string) int { return len(of(seconds)) }
	t.Run("daemons", func(t *testing.T) {
		m := m.in(t)
		m.eventually("four are up", func(*engine.Model) bool { return count("4001") == 4 })
		old := of("4001")
		m.result(m.restart("daemons"), job.Done, "")
		for _, pid := range old {
			if alive(pid) {
				t.Errorf("pid %d outlived a restart", pid)
			}
		}
		m.eventually("four are up again", func(*engine.Model) bool { return count("4001") == 4 })
		m.result(m.stop("daemons"), job.Done, "")
		if n := count("4001"); n > 0 {
			t.Errorf("%d outlived a stop", n)
		}
	})
	t.Run("what is left when the main process ends", func(t *testing.T) {
		m := m.in(t)
		m.waitSub("leaves", "dead")
		if n := count("4002"); n > 0 {
			t.Errorf("%d outlived their main process", n)
		}
	})
	t.Run("its init is killed", func(t *testing.T) {
		m := m.in(t)
		m.eventually("both are up", func(*engine.Model) bool { return count("4003") == 2 })
		main := m.pid("app.noinit")
		old := of("4003")
		init := parent(t, main)
		if init == 1 || init == parent(t, parent(t, main)) {
			t.Fatalf("the parent of %d is %d, not an init of its own", main, init)
		}
		if err := syscall.Kill(init, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		// The unit is ended and started anew: without its init it is not contained.
		m.result(m.restart("noinit"), job.Done, "")
		for _, pid := range old {
			if alive(pid) {
				t.Errorf("pid %d outlived the restart after its init was killed", pid)
			}
		}
		m.result(m.stop("noinit"), job.Done, "")
		if n := count("4003"); n > 0 {
			t.Errorf("%d outlived a stop", n)
		}
	})
	t.Run("init and main process are killed", func(t *testing.T) {
		m := m.in(t)
		m.result(m.start("noinit"), job.Done, "")
		m.eventually("both are up", func(*engine.Model) bool { return count("4003") == 2 })
		old, main := of("4003"), m.pid("app.noinit")
		for _, pid := range []int{parent(t, main), main} {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
				t.Fatal(err)
			}
		}
		m.eventually("it is back", func(model *engine.Model) bool {
			u := model.Unit("app.noinit")
			return u.Phase() == lifecycle.Active && u.MainPID() != 0 && u.MainPID() != main
		})
		for _, pid := range old {
			if alive(pid) {
				t.Errorf("pid %d outlived the end of its unit", pid)
			}
		}
		m.result(m.stop("noinit"), job.Done, "")
	})
	t.Run("fork storm", func(t *testing.T) {
		m := m.in(t)
		m.start("storm")
		m.eventually("all are up", func(*engine.Model) bool { return count("4004") >= 2*forks })
		m.result(m.stop("storm"), job.Done, "")
		if n := count("4004"); n > 0 {
			t.Errorf("%d outlived a stop", n)
		}
	})
	t.Run("forking for ever", func(t *testing.T) {
		m := m.in(t)
		m.start("breeding")
		m.eventually("some are up", func(*engine.Model) bool { return count("0.2") > 3 })
		m.result(m.stop("breeding"), job.Done, "")
		if n := count("0.2"); n > 0 {
			t.Errorf("%d outlived a stop", n)
		}
	})
}

func parent(t *testing.T, pid int) int {
	t.Helper()
	stat := processStat(t, pid)
	ppid, err := strconv.Atoi(stat[1])
	if err != nil {
		t.Fatal(err)
	}
	return ppid
}

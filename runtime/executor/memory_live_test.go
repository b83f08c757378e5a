package executor_test

import (
	"strings"
	"testing"

	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// Children of sh that hold 8 MiB each: `tail` keeps what has no end of line. They come one after the other, up to $1.
const leak = `
locals {
  leak = ["sh", "-c", "i=0; while test $i -lt $0; do (head -c 8388608 /dev/zero; exec sleep 1000) | tail & i=$((i+1)); sleep 0.02; done; echo all are there; exec sleep 1000"]
}
`

// What a unit uses is what all its processes use, and past the limit all of them end.
func TestMemoryLimit(t *testing.T) {
	m := boot(t, leak+`
app "leaks" {
  command = concat(local.leak, ["1000"])
  limits {
    memory = "64M"
  }
  restart {
    delay = "50ms"
  }
}
app "modest" {
  command = concat(local.leak, ["5"])
  limits {
    memory = "64M"
  }
}
app "once" {
  command = concat(local.leak, ["1000"])
  limits {
    memory = "32M"
  }
  restart {
    policy = "no"
  }
}
app "prepares" {
  enabled   = false
  pre_start = [concat(local.leak, ["1000"])]
  command   = ["sleep", "1000"]
  limits {
    memory = "32M"
  }
  restart {
    policy = "no"
  }
}
app "template" {
  command = ["sh", "-c", "test $WORKER_INDEX = 1 || exec sleep 1000; exec \"$@\"", "sh", "sh", "-c", local.leak[2], "1000"]
  limits {
    memory = "32M"
  }
  restart {
    delay = "50ms"
  }
}
pool "queue" {
  app     = app.template
  workers = 2
}
`)
	m.waitFile("log/app.modest.log", "all are there")
	m.eventually("the one that leaks is restarted again and again", func(model *engine.Model) bool {
		p := model.Unit("app.leaks").Process
		return p.Restarts >= 3 && p.LastExit.Reason == units.ReasonOOM
	})
	m.waitSub("once", "oom")
	m.stands("once", "oom", " MiB, its memory limit is 32 MiB")
	m.start("prepares")
	m.stands("prepares", "start", "pre_start hook 1: SIGKILL (out of memory)")
	m.eventually("only the worker that leaks is restarted", func(model *engine.Model) bool {
		leaks, other := model.Unit("pool.queue").Pool.Worker(1).Process, model.Unit("pool.queue").Pool.Worker(2).Process
		return leaks.Restarts >= 2 && leaks.LastExit.Reason == units.ReasonOOM && other.Restarts == 0 && other.Phase == lifecycle.Active
	})
	m.call(func(model *engine.Model) {
		if p := model.Unit("app.modest").Process; p.Restarts > 0 || p.Phase != lifecycle.Active {
			t.Errorf("the one that stays beneath its limit has been restarted %d times; it is %s", p.Restarts, p.Phase)
		}
		why := model.Unit("app.leaks").Process.LastExit.Why
		if !strings.HasPrefix(why, "it used ") || !strings.HasSuffix(why, " MiB, its memory limit is 64 MiB") {
			t.Errorf("it ended because %q", why)
		}
	})
	m.result(m.stop("leaks"), "done", "")
}

package executor_test

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// Whatever comes and goes, descriptors and goroutines of the manager do not grow in number.
func TestNothingLeaks(t *testing.T) {
	h := newHome(t)
	pooled, single := freePort(t), freePort(t)
	m := live(t, h, h.load(t, webPoolText("web", pooled, "")+webApp("single", single)+`
app "fails" {
  command = ["no-such-program"]
  enabled = false
  restart {
    policy = "no"
  }
}
app "hooked" {
  command    = ["sleep", "1000"]
  pre_start  = [["true"]]
  post_start = [["true"]]
  post_stop  = [["sh", "-c", "exit 1"]]
  health "command" {
    command = ["true"]
  }
  reload {
    command = ["true"]
  }
}
delay "never" {
  duration = "20ms"
  enabled  = false
  until {
    address = "127.0.0.1:1"
  }
}
`))
	m.poolReady(2)
	churn := func() {
		t.Helper()
		for _, name := range []string{"single", "hooked"} {
			m.result(m.restart(name), job.Done, "")
		}
		m.result(m.reload("hooked"), job.Done, "")
		m.start("fails")
		m.start("delay.never")
		m.call(func(model *engine.Model) {
			if err := model.Scale("pool.web", 3); err != nil {
				t.Error(err)
			}
		})
		m.poolReady(3)
		m.result(m.reload("pool.web"), job.Done, "")
		m.kill("single")
		m.killPID(m.worker("is ready", func(w *lifecycle.Worker) bool { return w.Process.Phase == lifecycle.Active }))
		m.call(func(model *engine.Model) {
			if err := model.Scale("pool.web", 0); err != nil {
				t.Error(err)
			}
		})
		m.poolReady(2)
		m.result(m.restart("pool.web"), job.Done, "")
		m.poolReady(2)
		m.active("app.single")
	}
	churn() // what is made once
	files, goroutines := openFiles(t), runtime.NumGoroutine()
	for range 2 {
		churn()
	}
	// Goroutines and connections of a moment may still be ending.
	m.eventually("descriptors and goroutines are as many as before", func(*engine.Model) bool {
		return openFiles(t) <= files && runtime.NumGoroutine() <= goroutines
	})
	exits, err := filepath.Glob(filepath.Join(m.dir, "run/exit/*"))
	if err != nil || len(exits) > 16 {
		t.Errorf("%d exit files, %v", len(exits), err)
	}
}

// openFiles is how many files stay open: a look at /proc, for one, opens one for a moment.
func openFiles(t *testing.T) int {
	t.Helper()
	least := math.MaxInt
	for range 10 {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		least = min(least, len(entries))
		time.Sleep(time.Millisecond)
	}
	return least
}

// restingFiles is how many are open once that no longer changes: what tests before this one have left may still be on its
// way out.
func restingFiles(t *testing.T) int {
	t.Helper()
	files := openFiles(t)
	for unchanged, deadline := 0, time.Now().Add(5*time.Second); unchanged < 5 && time.Now().Before(deadline); unchanged++ {
		if now := openFiles(t); now != files {
			files, unchanged = now, 0
		}
	}
	return files
}

// The manager's end comes while everything is on its way somewhere else.
func TestEndInTheMiddleOfEverything(t *testing.T) {
	home := newHome(t)
	pool, _ := webPool(t, 2, func(p *units.Process, _ *units.Program) { p.Directory = home.dir })
	set := home.load(t, `
app "notify" {
  type    = "notify"
  command = ["sleep", "1000"]
}
app "hook" {
  command   = ["sleep", "1000"]
  pre_start = [["sleep", "1000"]]
}
app "backoff" {
  command = ["false"]
  restart {
    delay = "1h"
    max_delay = "1h"
  }
}
app "reloading" {
  command = ["sleep", "1000"]
  reload {
    command = ["sleep", "1000"]
  }
}
app "stubborn" {
  command      = ["sh", "-c", "trap '' TERM; touch stubborn; while :; do sleep 0.02; done"]
  stop_timeout = "300ms"
}
delay "long" {
  duration = "1h"
  since    = "start"
}
app "waiting" {
  requires = [delay.long]
  command  = ["sleep", "1000"]
}
app "ill" {
  command = ["sh", "-c", "exec sleep 1000"]
  health "never" {
    command = ["sleep", "1000"]
  }
}
`)
	m := live(t, home, set.With(pool))
	m.poolReady(2)
	m.active("app.reloading")
	m.begin(job.Reload, "reloading")
	home.write(t, "slow", "", 0o600)
	m.begin(job.Reload, "pool.web")
	m.worker("is starting", func(w *lifecycle.Worker) bool { return w.Role == lifecycle.Successor })
	m.waitSub("backoff", "auto-restart")
	m.eventually("all are on their way", func(model *engine.Model) bool {
		return model.Unit("app.hook").Process.HookRun != 0 && model.Unit("app.notify").Process.MainPID != 0 &&
			model.Unit("app.reloading").Phase() == lifecycle.Reloading && model.Unit("app.ill").Process.MainPID != 0
	})
	m.eventually("it ignores SIGTERM", func(*engine.Model) bool {
		_, err := os.Stat(filepath.Join(m.dir, "stubborn"))
		return err == nil
	})
	from := time.Now()
	m.end()
	select {
	case <-m.engine.Done():
	case <-time.After(10 * time.Second):
	}
	if took := time.Since(from); took > 3*time.Second {
		t.Errorf("the end took %v", took)
	}
	m.nothingLeft()
}

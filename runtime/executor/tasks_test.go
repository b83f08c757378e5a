package executor_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

// processesOf counts the processes of a unit's program.
func (m *manager) processesOf(model *engine.Model, name string) int {
	return len(m.executor.Processes(model.Unit(id(name)).Process.Main))
}

// A fork bomb has as many tasks as its unit may have, and neither its neighbour nor the manager has fewer for it.
func TestForkBombIsHeld(t *testing.T) {
	onlyContained(t)
	if !(&manager{}).has("perl") {
		t.Skip("perl is not installed")
	}
	const most = 20
	m := boot(t, fmt.Sprintf(`
app "bomb" {
  command = ["perl", "-e", "while (1) { fork() // select(undef, undef, undef, 0.05) }"]
  limits {
    tasks = %d
  }
  stop_timeout = "100ms"
}
app "neighbour" {
  command = ["sh", "-c", "while :; do (exec sleep 0.05); echo breathes; done"]
  limits {
    tasks = 5
  }
}
app "later" {
  command = ["sleep", "1000"]
  enabled = false
}
app "hooked" {
  command    = ["sleep", "1000"]
  post_start = [["sh", "-c", "sleep 0 & wait; grep processes /proc/self/limits >$HOME/hook"]]
  limits {
    tasks     = 30
    processes = 12
  }
}
`, most))
	m.eventually("the bomb has gone off", func(model *engine.Model) bool { return m.processesOf(model, "bomb") == most })
	breaths := strings.Count(m.file("log/app.neighbour.log"), "breathes")
	for range 20 {
		m.call(func(model *engine.Model) {
			if n := m.processesOf(model, "bomb"); n > most {
				t.Errorf("it has %d processes", n)
			}
		})
		time.Sleep(10 * time.Millisecond) // so that there are several looks
	}
	m.eventually("the neighbour breathes", func(*engine.Model) bool {
		return strings.Count(m.file("log/app.neighbour.log"), "breathes") > breaths
	})
	m.result(m.start("later"), job.Done, "")
	m.call(func(model *engine.Model) {
		for _, name := range []string{"bomb", "neighbour"} {
			if p := model.Unit(id(name)).Process; p.Phase != lifecycle.Active || p.Restarts > 0 {
				t.Errorf("%s is %s, with %d restarts", name, p.Phase, p.Restarts)
			}
		}
	})
	m.active("app.hooked")
	if hook := strings.Fields(m.file("hook")); len(hook) < 4 || hook[2] != "12" {
		t.Errorf("a hook's limit is %v, want the smaller of the two", hook)
	}
	m.result(m.stop("bomb"), job.Done, "")
}

package executor_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// Limits that are changed hold for what runs, its children included, without a restart where the kernel lets them.
func TestLimitsAreSetLive(t *testing.T) {
	text := func(limits string) string {
		return leak + fmt.Sprintf(`
app "a" {
  command = concat(local.leak, ["3"])
  limits {
    %s
  }
  restart {
    policy = "no"
  }
}
app "template" {
  command = ["sh", "-c", "sleep 1000 & wait"]
  limits {
    %s
  }
}
pool "web" {
  app     = app.template
  workers = 2
}
`, limits, limits)
	}
	m := boot(t, text("open_files = 200"))
	m.waitFile("log/app.a.log", "all are there")
	m.poolReady(2)
	before, workers := m.pid("app.a"), m.workerPIDs()
	changes, _ := m.apply(text("open_files = 100\n file_size = \"1M\"\n memory = \"512M\""))
	for _, c := range changes {
		if c.Verdict != units.Live {
			t.Errorf("%+v", c)
		}
	}
	m.eventually("all processes have the new limits", func(model *engine.Model) bool {
		runs := []uint64{model.Unit("app.a").Process.Main}
		for _, w := range model.Unit("pool.web").Pool.Workers {
			runs = append(runs, w.Process.Main)
		}
		count := 0
		for _, run := range runs {
			for _, p := range m.executor.Processes(run) {
				limits, _ := os.ReadFile(fmt.Sprintf("/proc/%d/limits", p.PID))
				words := strings.Join(strings.Fields(string(limits)), " ")
				if !strings.Contains(words, "Max open files 100 100") || !strings.Contains(words, "Max file size 1048576 1048576") {
					return false
				}
				count++
			}
		}
		return count >= 3*2+1+2*2
	})
	if pid := m.pid("app.a"); pid != before {
		t.Errorf("it was restarted: pid %d, then %d", before, pid)
	}
	for i, pid := range m.workerPIDs() {
		if workers[i] != pid {
			t.Errorf("worker %d was replaced", i)
		}
	}
	m.apply(text("open_files = 100\n file_size = \"1M\"\n memory = \"8M\""))
	m.eventually("the new memory limit holds", func(model *engine.Model) bool {
		p := model.Unit("app.a").Process
		return p.Phase == lifecycle.Failed && p.LastExit.Reason == units.ReasonOOM
	})
	m.stands("a", "oom", "its memory limit is 8 MiB")
}

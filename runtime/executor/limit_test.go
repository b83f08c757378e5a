package executor_test

import (
	"fmt"
	"strings"
	"testing"

	"unitd/policy/job"
	"unitd/runtime/meter"
)

// Each limit is looked for from inside of the program that has it.
func TestLimits(t *testing.T) {
	cpus := meter.AllowedCPUs()
	last := cpus[len(cpus)-1]
	m := boot(t, fmt.Sprintf(`
locals {
  look = ["sh", "-c", "(cat /proc/self/limits /proc/self/oom_score_adj; grep Cpus_allowed_list /proc/self/status; nice; ionice) >$HOME/$UNIT_NAME.$0; exec sleep 1000"]
}
app "all" {
  command    = concat(local.look, ["main"])
  post_start = [["sh", "-c", "(cat /proc/self/limits; nice) >$HOME/hook"]]
  limits {
    open_files    = 64
    processes     = 4000
    core          = 0
    file_size     = "1G"
    cpu_time      = "1h"
    stack         = "8M"
    address_space = "4G"
    nice          = 19
    io_class      = "best-effort:6"
    oom_score_adj = 321
    cpus          = [%d]
  }
}
app "idle" {
  command = concat(local.look, ["main"])
  limits {
    io_class = "idle"
  }
}
app "greedy" {
  command = ["sleep", "1000"]
  enabled = false
  limits {
    open_files = 2000000000
  }
  restart {
    policy = "no"
  }
}
app "eager" {
  command = ["sleep", "1000"]
  enabled = false
  limits {
    nice = -20
  }
  restart {
    policy = "no"
  }
}
`, last))
	m.waitFile("app.all.main", "best-effort")
	seen := strings.Join(strings.Fields(m.file("app.all.main")), " ")
	for _, want := range []string{
		"Max open files 64 64", "Max processes 4000 4000", "Max core file size 0 0", "Max file size 1073741824 1073741824",
		"Max cpu time 3600 3600", "Max stack size 8388608 8388608", "Max address space 4294967296 4294967296",
		fmt.Sprintf(" 321 Cpus_allowed_list: %d 19 best-effort: prio 6", last),
	} {
		if !strings.Contains(seen, want) {
			t.Errorf("it does not see %q but\n%s", want, seen)
		}
	}
	m.active("app.all")
	if hook := strings.Join(strings.Fields(m.file("hook")), " "); !strings.Contains(hook, "Max open files 64 64") || !strings.HasSuffix(hook, " 19") {
		t.Errorf("a hook sees\n%s", hook)
	}
	m.waitFile("app.idle.main", "\nidle\n")
	m.result(m.start("greedy"), job.Failed, "set limit open_files: 2000000000 is more than the ")
	m.result(m.start("eager"), job.Failed, "set limit nice: -20 is less than the ")
}

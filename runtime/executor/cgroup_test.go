package executor_test

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/cgroup"
	"unitd/runtime/engine"
	"unitd/runtime/executor"
	"unitd/units"
)

// inCgroup is the cgroup of a process, below the one that is delegated.
func inCgroup(t *testing.T, pid int) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cgroup"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if unified, ok := strings.CutPrefix(line, "0::"); ok {
			return filepath.Base(strings.TrimSpace(unified))
		}
	}
	return ""
}

// Where a cgroup is delegated, each unit and worker has a part of it, with hooks and checks, whether it has namespaces or
// not, and all in it ends at once.
func TestCgroups(t *testing.T) {
	var tree *cgroup.Tree
	h := newHome(t)
	h.daemon(t)
	h.cgroups = func() (*cgroup.Tree, error) {
		own, err := cgroup.Own()
		if err == nil {
			tree, err = cgroup.Open(own)
		}
		return tree, err
	}
	if _, err := h.cgroups(); err != nil {
		t.Skipf("the tests run in no cgroup that is delegated (as root they do, where there is cgroup v2): %v", err)
	}
	if err := tree.Close(); err != nil {
		t.Fatal(err)
	}
	look := `["sh", "-c", "(cat /proc/self/cgroup; echo $$ >` + tree.Dir() + `/unitd/cgroup.procs) >$HOME/$UNIT_NAME.$0 2>&1 || exit 0"]`
	m := live(t, h, h.load(t, `
locals {
  flee = "for i in $(seq 40); do (setsid env -i sh -c \"$HOME/bin/daemon 1001 & exit 0\" &); done; exec sleep 1000"
  look = `+look+`
}
app "a" {
  command    = ["sh", "-c", local.flee]
  pre_start  = [concat(local.look, ["before"])]
  post_start = [concat(local.look, ["beside"])]
  post_stop  = [concat(local.look, ["after"])]
  health "command" {
    command = concat(local.look, ["check"])
  }
}
app "off" {
  command = ["sh", "-c", local.flee]
  limits {
    cpu    = "50%"
    memory = "1G"
  }
  sandbox {
    namespace = "off"
  }
}
app "template" {
  command = ["sleep", "1000"]
}
pool "web" {
  app     = app.template
  workers = 2
}
`))
	m.active("app.a")
	m.active("app.off")
	m.poolReady(2)
	daemons := func() int { return len(processesNaming(filepath.Join(h.dir, "bin/daemon") + "\x001001")) }
	m.eventually("all daemons run", func(*engine.Model) bool { return daemons() == 80 })
	for name, pid := range map[string]int{"unitd.app.a": m.pid("app.a"), "unitd.app.off": m.pid("app.off"), "unitd": os.Getpid()} {
		if got := inCgroup(t, pid); got != name {
			t.Errorf("%s is in %s", name, got)
		}
	}
	m.call(func(model *engine.Model) {
		for _, w := range model.Unit("pool.web").Pool.Workers {
			if got := inCgroup(t, w.Process.MainPID); got != "unitd.pool.web@"+strconv.Itoa(w.Key) {
				t.Errorf("worker %d is in %s", w.Index, got)
			}
		}
		off := model.Unit("app.off").Process
		if tier := m.executor.Tier(off.Main, "off"); tier != executor.TierCgroup {
			t.Errorf("the tier is %s", tier)
		}
		why := m.executor.Decide(off.Main, model.Definition("app.off").Process()).Lacks("limits.cpu")
		if want := "the cgroup of this account has no cpu controller"; !tree.Has("cpu") && why != want {
			t.Errorf("cpu is lacking because of %q, want %q", why, want)
		}
	})
	if own := namespacesOf(m.pid("app.a")); contained && len(own) == 0 {
		t.Error("it has no namespaces")
	}
	for _, hook := range []string{"before", "beside", "check"} {
		m.waitFile("app.a."+hook, "/unitd.app.a\n")
	}
	if contained && !strings.Contains(m.file("app.a.before"), "Read-only file system") {
		t.Errorf("it can leave its cgroup: %s", m.file("app.a.before"))
	}
	m.result(m.stop("a"), job.Done, "")
	if left := daemons(); left != 40 {
		t.Errorf("%d daemons are left, want the 40 of the neighbour", left)
	}
	m.waitFile("app.a.after", "/unitd.app.a\n")
	m.result(m.restart("off"), job.Done, "")
	m.eventually("the cgroup of a unit that is stopped is gone", func(*engine.Model) bool {
		_, err := os.Stat(filepath.Join(tree.Dir(), "unitd.app.a"))
		return errors.Is(err, os.ErrNotExist)
	})
	// Without the memory controller unitd looks itself.
	m.kill("off")
	m.eventually("it is restarted, in its cgroup", func(model *engine.Model) bool {
		p := model.Unit("app.off").Process
		return p.Restarts == 1 && p.Phase == lifecycle.Active && p.LastExit.Reason == units.ReasonSignal &&
			inCgroup(t, p.MainPID) == "unitd.app.off"
	})
}

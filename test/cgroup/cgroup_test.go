package cgroup

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"unitd/ipc/protocol"
	"unitd/runtime/cgroup"
	"unitd/test/stage"
)

func TestMain(m *testing.M) { os.Exit(stage.MainInCgroup(m, "../..")) }

const patience = 20 * time.Second

// boot runs a unitd whose one unit flees from its session.
func boot(t *testing.T) *stage.Manager {
	t.Helper()
	m := stage.BootText(t, `
app "a" {
  command = ["sh", "-c", "(setsid env -i sleep 1000 &); exec sleep 1000"]
  limits {
    memory = "64M"
    tasks  = 20
    cpu    = "50%"
  }
}
`)
	m.Until("a", patience, "is active", func(s protocol.UnitStatus) bool { return s.Active == protocol.Active })
	return m
}

// Units are in cgroups of the one that is delegated, and say so; a second unitd there, whose units may have the same names,
// does without.
func TestDelegated(t *testing.T) {
	own, err := cgroup.Own()
	if err != nil {
		t.Skip(err)
	}
	if err := os.Mkdir(filepath.Join(own, "try"), 0o755); err != nil {
		t.Skipf("the tests run in no cgroup that is delegated (as root they do, where there is cgroup v2): %v", err)
	}
	if err := os.Remove(filepath.Join(own, "try")); err != nil {
		t.Fatal(err)
	}
	m := boot(t)
	status := m.Status("a")
	if status.Containment != "cgroup" {
		t.Errorf("containment %q", status.Containment)
	}
	if note := "without limits.cpu: the cgroup of this account has no cpu controller"; status.Note != "" && status.Note != note {
		t.Errorf("note %q", status.Note)
	}
	leaf := filepath.Join(own, "unitd.app.a")
	procs, err := os.ReadFile(filepath.Join(leaf, "cgroup.procs"))
	if list := strings.Fields(string(procs)); err != nil || len(list) != 2 || !slices.Contains(list, strconv.Itoa(status.MainPID)) {
		t.Errorf("in its cgroup are %q, %v", procs, err)
	}
	second := boot(t)
	if got := second.Status("a").Containment; got != "namespace" && got != "process" {
		t.Errorf("a second unitd there: containment %q", got)
	}
	log, err := os.ReadFile(filepath.Join(second.Home, ".local/state/unitd/log/unitd.log"))
	if err != nil || !strings.Contains(string(log), "another unitd uses it") {
		t.Errorf("it does not say why: %v\n%s", err, log)
	}
	if again := m.Status("a"); again.Restarts == nil || *again.Restarts != 0 || again.Active != protocol.Active {
		t.Errorf("the first has %+v", again)
	}

	m.Do("stop", "a")
	if _, err := os.Stat(leaf); !os.IsNotExist(err) {
		t.Errorf("the cgroup of a unit that is stopped is left: %v", err)
	}
}

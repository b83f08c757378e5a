package cgroup

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"unitd/ipc/protocol"
	"unitd/runtime/cgroup"
	"unitd/test/stage"
)

func TestMain(m *testing.M) { os.Exit(stage.MainInCgroup(m, "../..")) }

const patience = 20 * time.Second

// delegated is the cgroup of the tests.
func delegated(t *testing.T) string {
	t.Helper()
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
	return own
}

// flees is a unit that flees from its session.
const flees = `
app "a" {
  command = ["sh", "-c", "(setsid env -i sleep 1000 &); exec sleep 1000"]
  limits {
    memory = "64M"
    tasks  = 20
    cpu    = "50%"
  }
}
`

// boot runs a unitd with that unit.
func boot(t *testing.T) *stage.Manager {
	t.Helper()
	m := stage.BootText(t, flees)
	m.Until("a", patience, "is active", func(s protocol.UnitStatus) bool { return s.Active == protocol.Active })
	return m
}

// Units are in cgroups of the one that is delegated, and say so; a second unitd there, whose units may have the same names,
// does without.
func TestDelegated(t *testing.T) {
	own := delegated(t)
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

// Units go on in their cgroups, with the same processes, under another program of the manager and under another manager.
func TestTakenOver(t *testing.T) {
	own := delegated(t)
	home := stage.Home(t)
	stage.Write(t, home, "units/units.hcl", flees, 0o600)
	m := stage.ByCron(t, stage.Setting{Home: home, Units: filepath.Join(home, "units")})
	m.Cron("@reboot")
	before := m.Until("a", patience, "is active", func(s protocol.UnitStatus) bool { return s.Active == protocol.Active })
	in := func() string {
		procs, err := os.ReadFile(filepath.Join(own, "unitd.app.a", "cgroup.procs"))
		if err != nil {
			t.Error(err)
		}
		return string(procs)
	}
	var both string
	stage.Await(t, patience, "both processes run", func() bool { both = in(); return len(strings.Fields(both)) == 2 })
	same := func(what string) {
		t.Helper()
		after := m.Status("a")
		if after.MainPID != before.MainPID || after.Restarts == nil || *after.Restarts != 0 || after.Containment != "cgroup" {
			t.Errorf("after %s it is %+v, was %+v", what, after, before)
		}
		if now := in(); now != both {
			t.Errorf("after %s in its cgroup are %q, were %q", what, now, both)
		}
	}
	m.Do("manager", "reexec")
	same("a re-exec")
	old := m.PID()
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	stage.Await(t, patience, "its guard has started another", func() bool { pid := m.PID(); return pid != 0 && pid != old })
	same("the death of the manager")
}

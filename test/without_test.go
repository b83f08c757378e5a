package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"unitd/internal/testhost"
	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// On a host without user namespaces what a unit asks for and goes without is told wherever one looks, and what is there
// by default is not.
func TestHostWithoutNamespaces(t *testing.T) {
	const variable = "UNITD_TEST_HOST"
	if os.Getenv(variable) == "" {
		cmd := testhost.Restricted.Command(t, "test.test", "-test.v", "-test.run=^TestHostWithoutNamespaces$")
		cmd.Env = append(os.Environ(), variable+"="+string(testhost.Restricted))
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestHostWithoutNamespaces ") {
			t.Errorf("%v:\n%s", err, out)
		}
		return
	}
	home := stage.Home(t)
	file := filepath.Join(home, "units.hcl")
	if err := os.WriteFile(file, []byte(`
app "asks" {
  command = ["sleep", "1000"]
  sandbox {
    private_tmp      = true
    private_ipc      = true
    hide_processes   = true
    lock_personality = true
  }
}
app "worker" {
  command = ["sleep", "1000"]
  sandbox {
    private_ipc = true
  }
}
pool "asks_too" {
  app     = app.worker
  workers = 2
}
app "limited" {
  command = ["sleep", "1000"]
  limits {
    tasks  = 20
    cpu    = "50%"
    memory = "64M"
  }
}
app "does_not" {
  command = ["sleep", "1000"]
}
app "requires" {
  command = ["sleep", "1000"]
  enabled = false
  sandbox {
    namespace = "required"
  }
  restart {
    policy = "no"
  }
}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	m := stage.Boot(t, stage.Setting{Home: home, Units: home})
	const why = "this host has no user namespaces"
	for name, want := range map[string]string{
		"asks": "without private_tmp, private_ipc, hide_processes: " + why, "asks_too": "2/2 ready; without private_ipc: " + why, "does_not": "",
		"limited": "without limits.tasks: " + why + "; without limits.cpu: no cgroup is delegated to this account",
	} {
		m.Until(name, patience, "runs with the note "+want, func(s protocol.UnitStatus) bool {
			return s.Active == protocol.Active && s.Note == want && s.Containment != "namespace"
		})
	}
	if got := m.Do("status", "asks"); !strings.Contains(got, "without private_tmp, private_ipc, hide_processes: "+why) {
		t.Errorf("status:\n%s", got)
	}
	if got := m.Do("show", "does_not"); !strings.Contains(got, "\nsandbox.private_ipc = true  # not given: "+why+"\n") {
		t.Errorf("show:\n%s", got)
	}
	if got, err := m.Try("start", "requires"); err == nil || !strings.Contains(got, `namespace = "required": create a user namespace: operation not permitted`) {
		t.Errorf("start: %v\n%s", err, got)
	}
}

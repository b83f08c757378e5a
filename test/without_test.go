package test

import (
	"fmt"
	"strings"
	"testing"

	"unitd/internal/testhost"
	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// On a host without user namespaces what a unit asks for and goes without is told wherever one looks, and what is there
// by default is not.
func TestHostWithoutNamespaces(t *testing.T) {
	if testhost.Here() == "" {
		testhost.Restricted.Pass(t, "TestHostWithoutNamespaces")
		return
	}
	m := stage.BootText(t, `
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
`)
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
	doctor, err := m.Try("doctor", "--json")
	if err == nil || !strings.Contains(doctor, `"ok": false`) || !strings.Contains(doctor, `"app.requires"`) {
		t.Errorf("doctor: %v\n%s", err, doctor)
	}
}

// What a kernel has not for want of which a unit would be confined less is told; where the unit requires it, it does not
// start.
func TestHostsWithoutConfinement(t *testing.T) {
	reasons := map[testhost.Host]struct{ note, why string }{
		testhost.NoLandlock: {"without landlock.execute, landlock.connect_tcp: ", "this kernel has no Landlock"},
		testhost.NoFilters:  {"without seccomp, restrict_address_families: ", "this kernel has no filters of system calls"},
	}
	if testhost.Here() == "" {
		for host := range reasons {
			host.Pass(t, "TestHostsWithoutConfinement")
		}
		return
	}
	const block = `
app %q {
  command = ["sleep", "1000"]
  enabled = %t
  sandbox {
    namespace                = %q
    seccomp                  = ["@system-service"]
    restrict_address_families = ["AF_UNIX"]
    landlock {
      execute     = ["/"]
      connect_tcp = [443]
    }
  }
  restart {
    policy = "no"
  }
}
`
	m := stage.BootText(t, fmt.Sprintf(block+block, "asks", true, "auto", "requires", false, "required"))
	want := reasons[testhost.Here()]
	m.Until("asks", patience, "runs with a note", func(s protocol.UnitStatus) bool {
		return s.Active == protocol.Active && strings.Contains(s.Note, want.note+want.why)
	})
	if got, err := m.Try("start", "requires"); err == nil || !strings.Contains(got, `namespace = "required"`) || !strings.Contains(got, want.why) {
		t.Errorf("start: %v\n%s", err, got)
	}
	if doctor, err := m.Try("doctor"); err == nil || !strings.Contains(doctor, "app.requires") || !strings.Contains(doctor, want.why) {
		t.Errorf("doctor: %v\n%s", err, doctor)
	}
}

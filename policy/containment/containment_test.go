package containment

import (
	"testing"

	"unitd/units"
)

const none = "this host has no user namespaces"

func TestDecide(t *testing.T) {
	both := []string{"private_ipc", "hide_processes"}
	for name, test := range map[string]struct {
		mode       string
		given      []string
		host       Host
		namespaces bool
		refused    bool
		note       string
		lacks      string // of private_ipc
	}{
		"all is there":            {mode: "auto", given: both, namespaces: true},
		"required, and there":     {mode: "required", given: both, namespaces: true},
		"defaults are not told":   {mode: "auto", host: Host{NoNamespaces: none}, lacks: none},
		"what was asked for is":   {mode: "auto", given: both, host: Host{NoNamespaces: none}, note: "without private_ipc, hide_processes: " + none, lacks: none},
		"one was asked for":       {mode: "auto", given: []string{"namespace", "private_ipc"}, host: Host{NoNamespaces: none}, note: "without private_ipc: " + none, lacks: none},
		"required, and not there": {mode: "required", host: Host{NoNamespaces: none}, refused: true, lacks: none},
		"off":                     {mode: "off", lacks: `namespace is "off"`},
		"off, with another host":  {mode: "off", host: Host{NoNamespaces: none}, lacks: `namespace is "off"`},
	} {
		s := &units.Sandbox{Namespace: test.mode, PrivateIPC: true, HideProcesses: true, Given: test.given}
		v := Decide(&units.Process{Sandbox: *s}, test.host)
		if v.Namespaces != test.namespaces || v.Refused != test.refused {
			t.Errorf("%s: %+v", name, v)
		}
		if got := v.Note(s); got != test.note {
			t.Errorf("%s: note %q, want %q", name, got, test.note)
		}
		if got := v.Lacks("private_ipc"); got != test.lacks {
			t.Errorf("%s: lacks %q, want %q", name, got, test.lacks)
		}
	}
	all := &units.Sandbox{
		Namespace: "auto", PrivateTmp: true, PrivateDev: true, PrivateNetwork: true, ProtectHome: "tmpfs",
		ReadOnly: []string{"/"}, ReadWrite: []string{"/"}, Hidden: []string{"/"},
		Given: []string{"private_tmp", "private_dev", "private_network", "protect_home", "read_only", "read_write", "hidden"},
	}
	const note = "without private_tmp, private_dev, private_network, protect_home, read_only, read_write, hidden: " + none
	if got := Decide(&units.Process{Sandbox: *all}, Host{NoNamespaces: none}).Note(all); got != note {
		t.Errorf("note %q, want %q", got, note)
	}
	plain := &units.Process{Sandbox: units.Sandbox{Namespace: "required"}}
	if v := Decide(plain, Host{NoNamespaces: none}); !v.Refused {
		t.Error("required is not required where nothing else is asked for")
	}
}

// What needs no namespaces is had without, as far as the kernel has it.
func TestDecideByKernel(t *testing.T) {
	files := units.Landlock{ReadOnly: []string{"/usr"}, Execute: []string{"/usr"}}
	all := units.Landlock{ReadOnly: []string{"/usr"}, ConnectTCP: []int{}, Scopes: []string{"signal"}}
	for name, test := range map[string]struct {
		landlock units.Landlock
		host     Host
		note     string
	}{
		"all":             {all, Host{Landlock: 7}, ""},
		"no namespaces":   {all, Host{Landlock: 6, NoNamespaces: none}, ""},
		"no Landlock":     {all, Host{}, "without landlock.read_only, landlock.connect_tcp, landlock.scopes: this kernel has no Landlock"},
		"files":           {files, Host{Landlock: 3}, ""},
		"no truncation":   {files, Host{Landlock: 2}, "without landlock.read_only: Landlock of version 2 lets files be truncated that can only be read"},
		"no TCP":          {all, Host{Landlock: 3}, "without landlock.connect_tcp: Landlock is of version 3 here, and this needs 4; without landlock.scopes: Landlock is of version 3 here, and this needs 6"},
		"no scopes":       {all, Host{Landlock: 5}, "without landlock.scopes: Landlock is of version 5 here, and this needs 6"},
		"nothing, by any": {units.Landlock{}, Host{}, ""},
		"no filters": {
			all, Host{Landlock: 7, NoFilters: true},
			"without seccomp, restrict_address_families, lock_personality: this kernel has no filters of system calls; " +
				"without landlock.connect_tcp: this kernel has no filters of system calls, so other protocols than plain TCP are left",
		},
	} {
		s := &units.Sandbox{
			Namespace: "auto", Seccomp: []string{"@system-service"}, RestrictAddressFamily: []string{"none"}, LockPersonality: true, Landlock: test.landlock,
			Given: []string{"seccomp", "restrict_address_families", "lock_personality", "landlock.read_only", "landlock.execute", "landlock.connect_tcp", "landlock.scopes"},
		}
		p := &units.Process{Sandbox: *s}
		if got := Decide(p, test.host); got.Note(s) != test.note || got.Refused {
			t.Errorf("%s: %q, refused %t; want %q", name, got.Note(s), got.Refused, test.note)
		}
		p.Sandbox.Namespace = "required"
		if got := Decide(p, test.host); got.Refused != (test.note != "" || test.host.NoNamespaces != "") {
			t.Errorf("%s, required: refused %t", name, got.Refused)
		}
	}
}

func TestDecideLimits(t *testing.T) {
	const noCgroup, old = "no cgroup is delegated to this account", "Linux 5.10 counts all tasks of the account"
	shared := Host{NoTasks: noCgroup, NoCPU: noCgroup}
	without := Host{NoNamespaces: none, NoTasks: noCgroup, NoCPU: noCgroup}
	for name, test := range map[string]struct {
		mode    string
		host    Host
		refused bool
		note    string
	}{
		"a cgroup, no namespaces":      {mode: "auto", host: Host{NoNamespaces: none}, note: "without private_ipc: " + none},
		"namespaces count tasks":       {mode: "auto", host: shared, note: "without limits.cpu: " + noCgroup},
		"an old kernel does not":       {mode: "auto", host: Host{NoTasks: noCgroup, SharedTasks: old}, note: "without limits.tasks: " + old},
		"neither":                      {mode: "auto", host: without, note: "without private_ipc, limits.tasks: " + none + "; without limits.cpu: " + noCgroup},
		"namespaces are off":           {mode: "off", host: shared, note: "without private_ipc, limits.tasks: namespace is \"off\"; without limits.cpu: " + noCgroup},
		"all is there":                 {mode: "required"},
		"what is required is refused":  {mode: "required", host: shared, refused: true, note: "without limits.cpu: " + noCgroup},
		"namespaces off, and a cgroup": {mode: "off", note: "without private_ipc: namespace is \"off\""},
	} {
		p := &units.Process{
			Sandbox: units.Sandbox{Namespace: test.mode, PrivateIPC: true, Given: []string{"private_ipc"}},
			Limits:  units.Limits{Tasks: 20, CPU: 50},
		}
		v := Decide(p, test.host)
		if got := v.Note(&p.Sandbox); v.Refused != test.refused || got != test.note {
			t.Errorf("%s: refused %v, note %q; want %v, %q", name, v.Refused, got, test.refused, test.note)
		}
	}
	if v := Decide(&units.Process{Sandbox: units.Sandbox{Namespace: "required"}}, shared); v.Refused {
		t.Error("a program without limits is refused")
	}
}

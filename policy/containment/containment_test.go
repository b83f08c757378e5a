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
		v := Decide(s, test.host)
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
	if got := Decide(all, Host{NoNamespaces: none}).Note(all); got != note {
		t.Errorf("note %q, want %q", got, note)
	}
	plain := &units.Sandbox{Namespace: "required"}
	if v := Decide(plain, Host{NoNamespaces: none}); !v.Refused {
		t.Error("required is not required where nothing else is asked for")
	}
}

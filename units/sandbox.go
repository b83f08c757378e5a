package units

import (
	"maps"
	"slices"
)

// Sandbox is what a program is kept from (LANGUAGE: sandbox).
type Sandbox struct {
	Namespace             string // auto, required, off
	NoNewPrivileges       bool
	PrivateTmp            bool
	TmpSize               int64 // of each private directory for temporary files; 0: there is none
	PrivateDev            bool
	PrivateNetwork        bool
	PrivateIPC            bool
	HideProcesses         bool
	ProtectHome           string
	ReadOnly              []string
	ReadWrite             []string
	Hidden                []string
	Seccomp               []string // names of system calls and of sets of them, as in SystemCallFilter= (systemd.exec(5))
	RestrictAddressFamily []string
	LockPersonality       bool
	Landlock              Landlock
	Given                 []string // names of the attributes that the files give a value
}

var namespaceModes = []string{"auto", "required", "off"}

// sandbox reads a sandbox block.
func (b *body) sandbox(namespace string) Sandbox {
	s := Sandbox{
		Namespace:             b.oneOf("namespace", namespace, namespaceModes...),
		NoNewPrivileges:       b.flag("no_new_privileges", true),
		PrivateTmp:            b.flag("private_tmp", false),
		TmpSize:               b.size("tmp_size", 256<<20, 1<<20),
		PrivateDev:            b.flag("private_dev", false),
		PrivateNetwork:        b.flag("private_network", false),
		PrivateIPC:            b.flag("private_ipc", true),
		HideProcesses:         b.flag("hide_processes", true),
		ProtectHome:           b.oneOf("protect_home", "no", "no", "read-only", "tmpfs"),
		ReadOnly:              b.paths("read_only"),
		ReadWrite:             b.paths("read_write"),
		Hidden:                b.paths("hidden"),
		Seccomp:               b.calls("seccomp"),
		RestrictAddressFamily: b.families("restrict_address_families"),
		LockPersonality:       b.flag("lock_personality", false),
	}
	if !s.PrivateTmp && !s.PrivateDev {
		if a, ok := b.attr("tmp_size"); ok {
			b.error(a.at, "tmp_size without private_tmp or private_dev", "It bounds each directory that those give.")
		}
		s.TmpSize = 0
	}
	s.Given = b.givenNames("")
	b.one("landlock", func(inner *body) {
		s.Landlock = inner.landlock()
		s.Given = append(s.Given, inner.givenNames("landlock.")...)
	})
	if a, ok := b.attr("no_new_privileges"); ok && !s.NoNewPrivileges {
		if names := append(s.ByFilter(), s.ByLandlock()...); len(names) > 0 {
			b.error(a.expr.Range(), "no_new_privileges = false and "+names[0]+" together", "Who gives up rights to the kernel for good must not gain others (seccomp(2), landlock(7)).")
		}
	}
	return s
}

// givenNames are the attributes asked for so far that the files give a value.
func (b *body) givenNames(prefix string) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(b.attrs)) {
		if a, ok := b.attr(name); ok && !a.scope.eval(a.expr).IsNull() {
			names = append(names, prefix+name)
		}
	}
	return names
}

// ByNamespaces are the attributes, defaults included, that ask for what only namespaces give.
func (s *Sandbox) ByNamespaces() []string {
	return wanted([]wish{
		{"private_tmp", s.PrivateTmp},
		{"private_dev", s.PrivateDev},
		{"private_network", s.PrivateNetwork},
		{"private_ipc", s.PrivateIPC},
		{"hide_processes", s.HideProcesses},
		{"protect_home", s.ProtectHome != "no" && s.ProtectHome != ""},
		{"read_only", len(s.ReadOnly) > 0},
		{"read_write", len(s.ReadWrite) > 0},
		{"hidden", len(s.Hidden) > 0},
	})
}

// ByFilter are those that ask for a filter of system calls.
func (s *Sandbox) ByFilter() []string {
	return wanted([]wish{
		{"seccomp", len(s.Seccomp) > 0},
		{"restrict_address_families", len(s.RestrictAddressFamily) > 0},
		{"lock_personality", s.LockPersonality},
	})
}

// ByLandlock are those that ask for Landlock, dotted: "landlock.read_only".
func (s *Sandbox) ByLandlock() []string {
	return append(s.Landlock.files(), wanted([]wish{
		{"landlock.connect_tcp", s.Landlock.ConnectTCP != nil},
		{"landlock.scopes", len(s.Landlock.Scopes) > 0},
	})...)
}

// wish is an attribute that may ask for something.
type wish struct {
	name string
	made bool
}

func wanted(wishes []wish) []string {
	var names []string
	for _, w := range wishes {
		if w.made {
			names = append(names, w.name)
		}
	}
	return names
}

// Asked reports an attribute that the unit files give, in contrast to a default.
func (s *Sandbox) Asked(name string) bool { return slices.Contains(s.Given, name) }

// checkNamespace refuses what only namespaces give in a unit that is to have none.
func (b *body) checkNamespace(s *Sandbox) {
	if s.Namespace != "off" {
		return
	}
	off, said := b.attr("namespace")
	for _, name := range s.ByNamespaces() {
		a, _ := b.attr(name)
		_, own := find(b.own, b.scope, name)
		_, ownOff := find(b.own, b.scope, "namespace")
		switch {
		case !s.Asked(name):
		case !said:
			b.error(a.expr.Range(), name+" needs namespaces, and unitd has namespace = \"off\"",
				"Give this block namespace = \"auto\" or \"required\", or take "+name+" out.")
		case ownOff && !own: // what the defaults of a supervisor give, a member has turned off
			b.error(off.expr.Range(), "namespace = \"off\", and "+name+" needs namespaces, which the defaults at "+position(a.at)+" give",
				"Turn it off here, too, or take namespace out.")
		default:
			b.error(a.expr.Range(), name+" needs namespaces, and namespace is \"off\"",
				"That is said at "+position(off.at)+". Take one of the two out.")
		}
	}
}

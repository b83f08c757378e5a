package containment

import (
	"fmt"
	"slices"
	"strings"

	"unitd/units"
)

// Host is what a host lets programs have.
type Host struct {
	// NoNamespaces says in a few words why programs get no namespaces: "this host has no user namespaces"; "": they do.
	NoNamespaces string
	// NoFilters is set where the kernel has no filters of system calls.
	NoFilters bool
	// Landlock is the version of the kernel's Landlock, see landlock(7); 0: it has none.
	Landlock int
	// NoTasks and NoCPU say why no cgroup limits how many tasks programs have, and how much of a CPU; "": one does.
	NoTasks, NoCPU string
	// SharedTasks says why the tasks in namespaces cannot be counted by themselves; "": they can.
	SharedTasks string
}

// Missing are attributes that a program goes without for one reason: those of its sandbox block, and "limits.NAME".
type Missing struct {
	Names []string
	Why   string
}

// Verdict is what a program gets.
type Verdict struct {
	Namespaces bool      // it is started in namespaces of its own
	Missing    []Missing // what it goes without, defaults included
	Refused    bool      // it is not started, because of what it would go without
}

// Decide compares what the unit files say of a program with what the host gives. What contradicts the unit files
// themselves they have refused when they were loaded; what the host lacks keeps a program from its start where it has
// namespace = "required", and is told otherwise.
func Decide(p *units.Process, h Host) Verdict {
	s := &p.Sandbox
	v := Verdict{Namespaces: s.Namespace != "off" && h.NoNamespaces == ""}
	without := h.NoNamespaces
	if s.Namespace == "off" {
		without = `namespace is "off"`
	}
	if !v.Namespaces {
		v.miss(without, s.ByNamespaces()...)
	}
	if h.NoFilters {
		v.miss("this kernel has no filters of system calls", s.ByFilter()...)
	}
	v.landlock(s, h)
	v.limits(&p.Limits, h, without)
	v.Refused = s.Namespace == "required" && (!v.Namespaces || len(v.Missing) > 0)
	return v
}

// The versions of Landlock that brought what the attributes need.
const (
	landlockTruncate = 3 // before, what can only be read can be truncated
	landlockTCP      = 4
	landlockScopes   = 6
)

func (v *Verdict) landlock(s *units.Sandbox, h Host) {
	wanted := s.ByLandlock()
	if h.Landlock == 0 {
		v.miss("this kernel has no Landlock", wanted...)
		return
	}
	missing := func(name string, since int) {
		if slices.Contains(wanted, name) && h.Landlock < since {
			v.miss(fmt.Sprintf("Landlock is of version %d here, and this needs %d", h.Landlock, since), name)
		}
	}
	if s.Landlock.Files() && h.Landlock < landlockTruncate {
		v.miss(fmt.Sprintf("Landlock of version %d lets files be truncated that can only be read", h.Landlock), wanted[0])
	}
	missing("landlock.connect_tcp", landlockTCP)
	if h.NoFilters && h.Landlock >= landlockTCP && slices.Contains(wanted, "landlock.connect_tcp") {
		v.miss("this kernel has no filters of system calls, so other protocols than plain TCP are left", "landlock.connect_tcp")
	}
	missing("landlock.scopes", landlockScopes)
}

// miss adds to what is missing for the same reason.
func (v *Verdict) miss(why string, names ...string) {
	if len(names) == 0 {
		return
	}
	for i := range v.Missing {
		if m := &v.Missing[i]; m.Why == why {
			m.Names = append(m.Names, names...)
			return
		}
	}
	v.Missing = append(v.Missing, Missing{names, why})
}

// Note says what of that which the unit files ask for themselves the program goes without: "without private_tmp,
// private_ipc: this host has no user namespaces"; "": nothing. Defaults are part of what the tier of containment stands
// for; limits have none.
func (v Verdict) Note(s *units.Sandbox) string {
	isDefault := func(name string) bool { return !strings.HasPrefix(name, "limits.") && !s.Asked(name) }
	var words []string
	for _, m := range v.Missing {
		names := slices.DeleteFunc(slices.Clone(m.Names), isDefault)
		if len(names) > 0 {
			words = append(words, "without "+strings.Join(names, ", ")+": "+m.Why)
		}
	}
	return strings.Join(words, "; ")
}

// Lacks says why the program goes without an attribute; "": it has what the attribute says.
func (v Verdict) Lacks(name string) string {
	for _, m := range v.Missing {
		if slices.Contains(m.Names, name) {
			return m.Why
		}
	}
	return ""
}

package containment

import (
	"slices"
	"strings"

	"unitd/units"
)

// Host is what a host lets programs have.
type Host struct {
	// NoNamespaces says in a few words why programs get no namespaces: "this host has no user namespaces"; "": they do.
	NoNamespaces string
}

// Missing are attributes of a sandbox block that a program goes without for one reason.
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

// Decide compares what a sandbox block says with what the host gives. What contradicts the unit files themselves they
// have refused when they were loaded; what the host lacks keeps a program from its start where it has
// namespace = "required", and is told otherwise.
func Decide(s *units.Sandbox, h Host) Verdict {
	v := Verdict{Namespaces: s.Namespace != "off" && h.NoNamespaces == ""}
	switch {
	case v.Namespaces:
	case s.Namespace == "off":
		v.miss(`namespace is "off"`, s.ByNamespaces()...)
	default:
		v.miss(h.NoNamespaces, s.ByNamespaces()...)
		v.Refused = s.Namespace == "required"
	}
	return v
}

func (v *Verdict) miss(why string, names ...string) {
	if len(names) > 0 {
		v.Missing = append(v.Missing, Missing{names, why})
	}
}

// Note says what of that which the unit files ask for themselves the program goes without: "without private_tmp,
// private_ipc: this host has no user namespaces"; "": nothing. Defaults are part of what the tier of containment stands
// for.
func (v Verdict) Note(s *units.Sandbox) string {
	var words []string
	for _, m := range v.Missing {
		names := slices.DeleteFunc(slices.Clone(m.Names), func(name string) bool { return !s.Asked(name) })
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

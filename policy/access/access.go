package access

import (
	"fmt"
	"slices"

	"unitd/units"
)

// Caller is who asks, as the kernel and the manager know it.
type Caller struct {
	UID int
	// Unit is the unit whose process asks, or "": then it is a person or a script. Control is that
	// unit's attribute `control`.
	Unit    units.ID
	Control bool
	// Unknown: it cannot be told whether the process that asks is one of a unit, since it has ended for one.
	Unknown bool
}

// Socket is the socket that the request came through: the control socket when Name is "", else one of the
// `socket` blocks, with the verbs it lists.
type Socket struct {
	Name  string
	Verbs []string
}

// Verdict is a decision and its reason; the reason is for the log and for the one who was refused.
type Verdict struct {
	Allowed bool
	Reason  string
}

// Decide says whether caller may do verb through socket, for a manager that runs as owner.
//
// The owner may do everything, and root, who could take it anyway. Processes of units are the owner too,
// but may only speak where their unit has `control = true`: a web application that was broken into must
// not steer its neighbours. Anybody else needs a socket block that lists the verb; the mode of the
// control socket opens nothing to them.
func Decide(owner int, caller Caller, socket Socket, verb Verb) Verdict {
	if caller.Unknown {
		return refuse("it cannot be told whether the process is one of a unit")
	}
	if caller.Unit != "" && !caller.Control {
		return refuse("processes of %s may not use the control socket: it has no control = true", caller.Unit)
	}
	if caller.UID == owner || caller.UID == 0 {
		return Verdict{Allowed: true, Reason: "the manager's own user"}
	}
	if socket.Name == "" {
		return refuse("uid %d is not the manager's user: others need a socket block in unitd { control {} }", caller.UID)
	}
	listed := func(word string) bool {
		canonical, known := Canonical(word)
		return known && (canonical == verb || verb == Job)
	}
	if !slices.ContainsFunc(socket.Verbs, listed) {
		return refuse("socket %q does not list %q", socket.Name, verb)
	}
	return Verdict{Allowed: true, Reason: fmt.Sprintf("socket %q lists %q", socket.Name, verb)}
}

func refuse(format string, args ...any) Verdict {
	return Verdict{Reason: fmt.Sprintf(format, args...)}
}

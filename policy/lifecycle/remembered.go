package lifecycle

import "strings"

// Memory is what is to be remembered of the unit beyond manager and host; none: nothing is of such a unit.
func (u *Unit) Memory() (m Memory, any bool) {
	switch {
	case u.Timer != nil:
		return u.Timer.Memory, true
	case u.Pipeline != nil:
		memory := u.Pipeline.Memory()
		return Memory{Pipeline: &memory}, true
	}
	return m, false
}

// Learnt is Memory where it has changed since the last call.
func (u *Unit) Learnt() (m Memory, learnt bool) {
	switch {
	case u.Timer != nil:
		return u.Timer.Learnt()
	case u.Pipeline != nil && u.Pipeline.learnt:
		u.Pipeline.learnt, u.Pipeline.unwritten = false, true
		u.Pipeline.Version++
		return u.Memory()
	}
	return m, false
}

// Recall takes what a manager has remembered that has ended.
func (u *Unit) Recall(m Memory) {
	switch {
	case u.Timer != nil:
		u.Timer.Recall(m)
	case u.Pipeline != nil && m.Pipeline != nil:
		u.Pipeline.Recall(*m.Pipeline)
	}
}

// Outdated reports a state that was recorded before something that is remembered: a manager is killed between the two, and
// what it has begun since is known from the memory alone.
func (u *Unit) Outdated(m Memory) bool {
	return u.Pipeline != nil && m.Pipeline != nil && m.Pipeline.Version > u.Pipeline.Version
}

// AsksToStart reports a unit that has asked for a start of itself which has not begun.
func (u *Unit) AsksToStart() bool {
	return u.Timer != nil && u.Timer.Asked != "" || u.Pipeline != nil && u.Pipeline.Asked != ""
}

// Ill says in words what keeps the unit from being active and healthy; "": it is.
func (u *Unit) Ill() string {
	words := u.Phase().ActiveState() + " (" + u.Sub() + ")"
	if note := u.Note(); note != "" {
		words += ": " + note
	}
	switch {
	case u.Phase() != Active:
		return words
	case u.Pool != nil:
		return u.Pool.trouble(words)
	case u.Process != nil:
		return u.Process.trouble(words)
	}
	return ""
}

// trouble is that of a pool that is active: all its workers are to be ready.
func (p *Pool) trouble(words string) string {
	if p.Ready() < p.Count {
		return words
	}
	for _, w := range p.Workers {
		if w.Role == Serving && w.Process.trouble(words) != "" {
			return words
		}
	}
	return ""
}

// trouble is that of a program that is ready: all its checks are to pass.
func (p *Process) trouble(words string) string {
	var failing []string
	for _, c := range p.Checks {
		if !c.OK || c.Failures > 0 {
			failing = append(failing, c.Name)
		}
	}
	if len(failing) == 0 {
		return ""
	}
	return words + ": health check " + strings.Join(failing, ", ") + " does not pass"
}

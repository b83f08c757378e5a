package lifecycle

import "unitd/units"

// Cause is the end of a unit that starts others by on_failure or on_success: what these find in their
// environment.
type Cause struct {
	Unit   units.ID     `json:"unit"`
	Result units.Reason `json:"result"`
	// Exit is nil where no program of the unit ended: a pool, or one that never ran.
	Exit    *Exit `json:"exit,omitempty"`
	Oneshot bool  `json:"oneshot,omitempty"`
}

// Cause tells how the unit has ended; ok is whether that was a success.
func (u *Unit) Cause(ok bool) *Cause {
	c := &Cause{Unit: u.ID, Result: units.ReasonExit}
	if ok {
		c.Result = units.ReasonClean
	}
	if p := u.Process; p != nil {
		c.Oneshot = p.oneshot()
		if p.LastExit != nil && !p.NeverRan {
			exit := p.LastExit.Exit
			c.Exit, c.Result = &exit, p.outcome().Reason
		}
	}
	return c
}

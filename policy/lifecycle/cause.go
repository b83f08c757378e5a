package lifecycle

import (
	"unitd/policy/restart"
	"unitd/units"
)

// Outcome is how a run has ended, as those are told that come after it ($SERVICE_RESULT and what goes with it in
// systemd.exec(5)).
type Outcome struct {
	Result units.Reason `json:"result"`
	// Unready is set for one that ended well, but before it had started as its type says.
	Unready bool `json:"unready,omitempty"`
	// Exit is nil where no program of the unit ended: a pool, or one that never ran.
	Exit    *Exit `json:"exit,omitempty"`
	Oneshot bool  `json:"oneshot,omitempty"`
}

// Cause is the end of a unit that starts others by on_failure or on_success: what these find in their
// environment.
type Cause struct {
	Unit       units.ID `json:"unit"`
	Invocation string   `json:"invocation,omitempty"`
	Outcome
}

// Cause tells how the unit has ended; ok is whether that was a success.
func (u *Unit) Cause(ok bool) *Cause {
	c := &Cause{Unit: u.ID, Outcome: Outcome{Result: units.ReasonExit}}
	if ok {
		c.Result = units.ReasonClean
	}
	if u.Blocked() {
		return c // whatever it was before
	}
	c.Invocation = u.Invocation()
	if p := u.Process; p != nil && u.Pipeline == nil {
		c.Oneshot = p.oneshot()
		if p.LastExit != nil && !p.NeverRan {
			c.Outcome = p.result()
		}
	}
	return c
}

// result is how the run has ended, or is about to.
func (p *Process) result() Outcome {
	o := Outcome{Result: p.Ending, Oneshot: p.oneshot()}
	if p.LastExit != nil && !p.NeverRan {
		exit := p.LastExit.Exit
		o.Exit = &exit
		if p.Ending == "" {
			o.Result = p.LastExit.Reason
		}
	}
	o.Unready = p.FailedStart && o.Result != units.ReasonStop && restart.Succeeded(o.Result, o.Oneshot)
	return o
}

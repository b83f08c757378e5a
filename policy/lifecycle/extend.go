package lifecycle

import (
	"time"

	"unitd/units"
)

// extend is EXTEND_TIMEOUT_USEC: whatever would end what the program is at does so no earlier than this much from
// now. A program may repeat it for as long as it likes.
func (p *Process) extend(s *step, by time.Duration) {
	if by <= 0 {
		return
	}
	until := s.in.Now.Add(by)
	switch {
	case p.Phase == Starting && p.job != nil && p.At == StepStart && !p.NeverRan:
		p.Extended = p.Extended || !p.Deadline.IsZero() && until.After(p.Deadline)
		if !p.Deadline.IsZero() {
			p.Deadline = laterOf(p.Deadline, until)
		}
	case p.Phase == Starting && !p.Again:
		p.Extended = p.Extended || until.After(p.StartBy)
		p.StartBy = laterOf(p.StartBy, until)
		p.Deadline = p.StartBy
	case p.Phase.Up():
		for _, at := range []*time.Time{&p.RunUntil, &p.WatchdogBy, &p.ReloadBy} {
			if !at.IsZero() {
				*at = laterOf(*at, until)
			}
		}
		p.Deadline = p.upUntil()
	case p.Phase == Stopping && !p.ill() && !p.Deadline.IsZero():
		p.Extended = p.Extended || until.After(p.Deadline)
		p.Deadline = laterOf(p.Deadline, until)
	}
}

// ill reports a program that is ended because it serves nobody any more.
func (p *Process) ill() bool {
	return p.Ending == units.ReasonHealth || p.Ending == units.ReasonHang || p.Ending == units.ReasonWatchdog
}

// within words a timeout that has passed.
func (p *Process) within(timeout time.Duration) string {
	if p.Extended {
		return DurationText(timeout) + " and the time that it asked for"
	}
	return DurationText(timeout)
}

// leave is STOPPING=1 of a program that nobody has told to stop: it is awaited as if it had been told.
func (p *Process) leave(s *step) {
	p.breakOff(s)
	p.Extended = false
	p.enter(s, Stopping, StepLeaving)
	p.Deadline = s.in.Now.Add(p.def.StopTimeout)
}

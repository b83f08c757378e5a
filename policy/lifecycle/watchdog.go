package lifecycle

import (
	"time"

	"unitd/units"
)

// late is how long after its time a watchdog may be told of it. Later than that it was the manager that did not
// run (stopped, or a host without a free CPU), and what the program sent meanwhile may wait unread.
const late = time.Second

// watched takes in what a program says to its watchdog: that it is alive, and how often it is going to say so.
func (p *Process) watched(s *step, n *Notice) {
	if n.Watchdog != nil {
		p.Watchdog = *n.Watchdog
	}
	if (n.Alive || n.Watchdog != nil) && p.Phase.Up() {
		p.feed(s)
		p.Deadline = p.upUntil()
	}
}

// feed begins a watchdog interval.
func (p *Process) feed(s *step) {
	p.WatchdogBy = time.Time{}
	if p.Watchdog > 0 {
		p.WatchdogBy = s.in.Now.Add(p.Watchdog)
	}
}

// starved is a watchdog interval that has passed without WATCHDOG=1.
func (p *Process) starved(s *step) {
	if s.in.Now.Sub(p.WatchdogBy) > late {
		p.feed(s)
		p.Deadline = p.upUntil()
		return
	}
	p.unwatched(s, "it sent no WATCHDOG=1 within "+DurationText(p.Watchdog))
}

// unwatched ends a program that does nothing any more, as its watchdog or it itself says.
func (p *Process) unwatched(s *step, why string) {
	if p.Phase == Stopping || p.Phase == Killing {
		return // it is being ended anyway, and has not for ever
	}
	p.end(s, units.ReasonWatchdog, why)
}

// stopSignal is what tells the program to end: SIGABRT for one that hangs, which leaves a core where the
// limits allow one (systemd.service(5), WatchdogSec=).
func (p *Process) stopSignal() units.Signal {
	if p.Ending == units.ReasonWatchdog {
		return "SIGABRT"
	}
	return p.def.StopSignal
}

// upUntil is the deadline of a program that is up: the first of all that may end that.
func (p *Process) upUntil() time.Time {
	if p.Main == 0 || p.MainGone {
		return p.ReloadBy
	}
	return earlier(earlier(p.RunUntil, p.WatchdogBy), p.ReloadBy)
}

// passed reports a time that was set and has come.
func passed(at, now time.Time) bool { return !at.IsZero() && !now.Before(at) }

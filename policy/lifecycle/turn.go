package lifecycle

import (
	"time"

	"unitd/policy/restart"
)

// A supervisor's strategy may restart other members with one that has failed. That one does not start by itself
// then when its delay has passed: what it is ordered after may be on its way down. It awaits its turn, and a job
// tells it that this has come (TurnCame). Until both the delay has passed and the turn has come it stays in
// Backoff; with the delay passed it has no deadline, since the engine is what it waits for.

// AwaitsTurn reports a unit that starts again when its turn has come.
func (u *Unit) AwaitsTurn() bool {
	switch {
	case u.Process != nil:
		return u.Process.AwaitsTurn
	case u.Pool != nil:
		return u.Pool.AwaitsTurn
	}
	return false
}

// backoff waits before the next start.
func (p *Process) backoff(s *step) {
	switch s.ev.Kind {
	case Expired:
		if p.AwaitsTurn {
			p.Deadline = time.Time{}
			return
		}
		p.restart(s)
	case TurnCame:
		p.AwaitsTurn = false
		if p.Deadline.IsZero() {
			p.restart(s)
		}
	case StartWanted:
		p.AwaitsTurn, p.Pinned, p.Streak = false, false, restart.Streak{}
		p.begin(s)
	case StopWanted:
		p.AwaitsTurn = false
		p.Stop = s.ev.For
		p.stopped(s)
	case ReloadWanted:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "it waits to be restarted: " + p.Note})
	case ResetWanted:
		p.reset(s)
		p.Deadline = s.in.Now
	case Blocked:
		p.AwaitsTurn = false
		p.blocked(s)
	}
}

// restart is the next start, by itself.
func (p *Process) restart(s *step) {
	p.Restarts++
	p.begin(s)
}

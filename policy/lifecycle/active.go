package lifecycle

import (
	"cmp"
	"slices"
	"time"

	"unitd/units"
)

// active is a program that is ready, or reloading.
func (p *Process) active(s *step) {
	switch s.ev.Kind {
	case StartWanted:
		s.do(Action{Do: Settled, Asked: AskedStart, OK: true})
	case StopWanted:
		p.stopActive(s)
	case ReloadWanted:
		p.reload(s)
	case ResetWanted:
		p.Restarts = 0
	case Expired:
		p.activeExpired(s)
	case Checked:
		p.checkedActive(s)
	case Hung:
		p.hung(s)
	case Exited, Emptied, Spawned, NotSpawned:
		if p.isHook(s.ev) {
			p.hookEvent(s)
			return
		}
		p.activeRun(s)
	}
}

// activeRun is an event of the process tree of a program that is ready.
func (p *Process) activeRun(s *step) {
	switch s.ev.Kind {
	case Spawned:
		p.spawned(s)
		if p.Phase.Up() {
			p.Deadline = p.upUntil()
		}
	case Exited:
		p.mainExited(s)
	case Emptied:
		p.treeGone(s)
	}
}

// stopActive is a program that serves and is to stop. Who waits for it is served before it is told.
func (p *Process) stopActive(s *step) {
	p.Stop = s.ev.For
	switch {
	case s.ev.Drain && p.worker != nil:
		p.drain(s, p.worker.Slot, s.ev.Within)
	case p.servesOut():
		s.do(Action{Do: Refuse})
		p.drain(s, 0, p.def.StopTimeout)
	default:
		p.end(s, p.stopReason(), "")
	}
}

// servesOut reports a program with listeners of its own, which are about to be closed, that can be expected to
// serve who waits there.
func (p *Process) servesOut() bool {
	return p.worker == nil && p.Listening && p.Stop == ForStop && p.Phase == Active && p.well()
}

// well reports a program that runs and that no health check finds ill.
func (p *Process) well() bool {
	return p.Main != 0 && !p.MainGone && !slices.ContainsFunc(p.Checks, func(c CheckState) bool { return c.Failures > 0 })
}

func (p *Process) drain(s *step, slot int, within time.Duration) {
	p.enter(s, Draining, "")
	p.Deadline = s.in.Now.Add(within)
	s.do(Action{Do: Drain, Slot: slot, Within: within})
}

func (p *Process) activeExpired(s *step) {
	switch now := s.in.Now; {
	case passed(p.RunUntil, now):
		p.end(s, units.ReasonTimeout, "ran for its runtime_max of "+DurationText(p.def.RuntimeMax))
	case passed(p.WatchdogBy, now):
		p.starved(s)
	case passed(p.ReloadBy, now):
		p.reloadExpired(s)
	default:
		p.Deadline = p.upUntil()
	}
}

// draining serves out who waits before the program is told to stop.
func (p *Process) draining(s *step) {
	switch s.ev.Kind {
	case Drained, Expired:
		p.end(s, cmp.Or(p.Ending, p.stopReason()), "")
	case StopWanted:
		p.Stop = s.ev.For
		if !s.ev.Drain && (p.worker != nil || p.Stop != ForStop) {
			p.end(s, cmp.Or(p.Ending, p.stopReason()), "")
		}
	case ReloadWanted:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "it is stopping"})
	case Checked:
		p.count(s)
	case Spawned, Exited, Emptied:
		p.activeRun(s)
	}
}

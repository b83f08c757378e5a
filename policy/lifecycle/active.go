package lifecycle

import (
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

func (p *Process) stopActive(s *step) {
	p.Stop = s.ev.For
	if s.ev.Drain && p.worker != nil {
		p.enter(s, Draining, "")
		p.Deadline = s.in.Now.Add(p.worker.drainTimeout)
		s.do(Action{Do: Drain, Slot: p.worker.Slot, Within: p.worker.drainTimeout})
		return
	}
	p.end(s, p.stopReason(), "")
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

// draining serves out what waits in the queue of a worker's slot before the worker is told to stop.
func (p *Process) draining(s *step) {
	switch s.ev.Kind {
	case Drained, Expired:
		p.end(s, p.stopReason(), "")
	case StopWanted:
		p.Stop = s.ev.For
		if !s.ev.Drain {
			p.end(s, p.stopReason(), "")
		}
	case Checked:
		p.count(s)
	case Spawned, Exited, Emptied:
		p.activeRun(s)
	}
}

package lifecycle

import (
	"slices"

	"unitd/policy/restart"
)

// dying is an event of a hook that was killed: all that counts is that it is gone.
func (p *Process) dying(s *step) {
	switch s.ev.Kind {
	case Emptied, NotSpawned:
		p.Dying = slices.DeleteFunc(p.Dying, func(run uint64) bool { return run == s.ev.Run })
	case Left:
		p.Leftover = s.ev.PIDs
		if p.Phase == Killing && p.Main == 0 && p.HookRun == 0 {
			p.abandon(s) // nothing else is left to wait for
		}
		return
	default:
		return
	}
	switch {
	case len(p.Dying) > 0 || p.Main != 0 || p.HookRun != 0:
	case p.Phase == Abandoned:
		p.outlived(s)
	case p.Phase != Stopping && p.Phase != Killing:
	case p.At == StepPostStop:
		p.settle(s)
	default:
		p.gone(s)
	}
}

// abandon gives up on processes that SIGKILL did not end.
func (p *Process) abandon(s *step) {
	if len(s.ev.PIDs) > 0 {
		p.Leftover = s.ev.PIDs
	}
	p.enter(s, Abandoned, "")
	p.FailedSub = "abandoned"
	p.Note = "SIGKILL did not end " + pidsText(p.Leftover)
	s.abandoned(&p.Stop, p.Note)
	p.release(s)
	s.do(Action{Do: Ended, Reason: p.Note})
}

// abandoned answers everybody who waits for a unit that SIGKILL did not end.
func (s *step) abandoned(stop *StopFor, why string) {
	s.do(Action{Do: Settled, Asked: AskedStart, Reason: why})
	if *stop == "" {
		s.do(Action{Do: Failure, Reason: why})
		return
	}
	s.do(Action{Do: Settled, Asked: AskedStop, Reason: why})
	*stop = ForStop // no start follows a stop that failed
}

// abandoned waits until the processes that outlived SIGKILL are gone.
func (p *Process) abandoned(s *step) {
	switch s.ev.Kind {
	case Emptied, NotSpawned:
		if s.ev.Run == p.Main {
			p.Main, p.MainPID = 0, 0
		} else {
			p.HookRun = 0
		}
		if p.Main == 0 && p.HookRun == 0 && len(p.Dying) == 0 {
			p.outlived(s)
		}
	case StartWanted:
		s.do(Action{Do: Settled, Asked: AskedStart, Reason: p.Note})
	case StopWanted:
		p.Stop = ForStop
		s.do(Action{Do: Settled, Asked: AskedStop, Reason: p.Note})
	case ReloadWanted:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: p.Note})
	}
}

// outlived is the end of the last abandoned process. Everybody who asked has been answered; what was being
// stopped is stopped now, and what ended by itself may start again.
func (p *Process) outlived(s *step) {
	p.Leftover = nil
	if p.Stop != "" {
		p.enter(s, Inactive, "")
		p.Note, p.FailedSub, p.Streak = "", "", restart.Streak{}
		return
	}
	p.Note += "; gone since"
	var decision restart.Decision
	decision, p.Streak = restart.Verdict(p.def.Restart, p.outcome(), p.Streak, s.in.Now, s.in.Chance)
	if !decision.Restart {
		p.enter(s, Failed, "")
		return
	}
	p.enter(s, Backoff, "")
	p.Deadline = s.in.Now.Add(max(decision.Delay, tryAgain))
}

package lifecycle

import (
	"unitd/units"
)

// end begins the end of a run for a reason, however far the run has come.
func (p *Process) end(s *step, reason units.Reason, note string) {
	if p.Ending == "" {
		p.Ending = reason
	}
	if p.EndingNote == "" {
		p.EndingNote = note
	}
	s.do(Action{Do: EndChecks})
	wasUp := p.Phase == Active || p.Phase == Reloading || p.Phase == Draining
	p.enter(s, Stopping, StepSignal)
	if p.HookRun != 0 { // a hook of the start or a reload command: it ends first
		p.HookKind = NoHook
		s.do(Action{Do: Kill, Run: p.HookRun})
		p.HookRun = 0
	}
	if wasUp && reason == units.ReasonStop && p.Main != 0 && !p.MainGone {
		p.Deadline = s.in.Now.Add(p.def.StopTimeout)
		p.runHooks(s, StepPreStop, PreStop, 0)
		return
	}
	p.signalMain(s)
}

// signalMain tells the program to stop.
func (p *Process) signalMain(s *step) {
	p.At = StepSignal
	switch {
	case p.Main == 0:
		p.gone(s)
		return
	case p.MainGone:
		p.afterMain(s)
		return
	}
	grace := p.def.StopTimeout
	if p.Ending == units.ReasonHealth || p.Ending == units.ReasonHang {
		grace = min(grace, illGrace)
	}
	p.Deadline = s.in.Now.Add(grace)
	do := SignalMain
	if p.def.KillMode == units.KillControlGroup {
		do = SignalAll
	}
	s.do(Action{Do: do, Run: p.Main, Signal: p.def.StopSignal})
}

// stopping is from the first hook of the stop to the last process being gone.
func (p *Process) stopping(s *step) {
	switch s.ev.Kind {
	case StopWanted:
		p.Stop = s.ev.For
		return
	case StartWanted:
		return // the job engine orders a start behind the stop; nothing else asks
	case ReloadWanted:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "it is stopping"})
		return
	case Left:
		p.abandon(s)
		return
	case Expired:
		p.stopExpired(s)
		return
	}
	if p.HookRun != 0 && s.ev.Run == p.HookRun {
		p.hookEvent(s)
		return
	}
	switch s.ev.Kind {
	case Spawned:
		// The stop came before the program was exec'ed: now there is somebody to tell.
		p.MainPID, p.NeverRan = s.ev.PID, false
		if p.At == StepSignal && p.Phase == Stopping {
			p.signalMain(s)
		}
	case NotSpawned:
		p.Main = 0
		p.gone(s)
	case Exited:
		p.mainExited(s)
	case Emptied:
		p.treeGone(s)
	case Notified, Checked:
		p.note(s)
	}
}

func (p *Process) stopExpired(s *step) {
	if p.HookRun != 0 {
		s.do(Action{Do: Kill, Run: p.HookRun})
		p.HookRun = 0
		p.HookKind = NoHook
		if p.At == StepPreStop {
			p.signalMain(s)
		} else {
			p.settle(s)
		}
		return
	}
	if p.Phase == Killing {
		p.abandon(s)
		return
	}
	if p.Ending == units.ReasonStop && p.EndingNote == "" && !p.MainGone {
		p.EndingNote = string(p.def.StopSignal) + " did not end it within " + durationText(p.def.StopTimeout) + "; killed"
	}
	p.kill(s)
}

// kill ends whatever is left of the tree.
func (p *Process) kill(s *step) {
	step := p.At
	p.enter(s, Killing, step)
	p.Deadline = s.in.Now.Add(killGrace)
	s.do(Action{Do: Kill, Run: p.Main})
}

// mainExited is the main process being gone, for whatever reason.
func (p *Process) mainExited(s *step) {
	if p.MainGone {
		return
	}
	p.MainGone = true
	oneshot := p.Phase == Starting && p.oneshotSucceeded(s.ev.Exit)
	p.classify(s)
	if oneshot {
		p.Ending, p.EndingNote = "", ""
		p.FailedStart = false
	}
	if p.Phase != Stopping && p.Phase != Killing {
		s.do(Action{Do: EndChecks})
		p.enter(s, Stopping, StepRest)
	}
	p.afterMain(s)
}

// oneshotSucceeded reports that a oneshot did what it is for.
func (p *Process) oneshotSucceeded(exit Exit) bool {
	return p.oneshot() && p.successful(exit)
}

// afterMain ends what the main process left behind: at once, or, where all were told to stop, in the time
// that is left of the stop timeout.
func (p *Process) afterMain(s *step) {
	if p.Main == 0 {
		p.gone(s)
		return
	}
	p.At = StepRest
	if p.Phase == Killing {
		return
	}
	switch p.def.KillMode {
	case units.KillControlGroup:
		if p.Deadline.IsZero() { // it ended by itself, so nobody has told the others yet
			s.do(Action{Do: SignalAll, Run: p.Main, Signal: p.def.StopSignal})
			p.Deadline = s.in.Now.Add(p.def.StopTimeout)
		}
	case units.KillProcess:
		if p.Deadline.IsZero() {
			p.Deadline = s.in.Now.Add(p.def.StopTimeout)
		}
	default:
		p.kill(s)
	}
}

// treeGone is the last process of the program's tree being gone.
func (p *Process) treeGone(s *step) {
	if !p.MainGone { // its status was lost with a killed init: what is known is that it is gone
		p.MainGone = true
		if p.Ending == "" {
			p.Ending, p.EndingNote = units.ReasonSignal, "it and its init were killed"
			p.LastExit = &LastExit{Reason: p.Ending, Exit: Exit{Signal: "SIGKILL"}, At: s.in.Now}
		}
	}
	if p.Phase != Stopping && p.Phase != Killing {
		s.do(Action{Do: EndChecks})
	}
	p.Main = 0
	p.gone(s)
}

// gone goes on once nothing of the program is left.
func (p *Process) gone(s *step) {
	p.Main, p.MainPID = 0, 0
	if p.Ending == "" && p.oneshot() && len(p.launch.Program.PostStart) > 0 {
		p.enter(s, Starting, StepPostStart)
		p.Deadline = p.StartBy
		p.runHooks(s, StepPostStart, PostStart, 0)
		return
	}
	if p.Ending == "" { // a oneshot that did what it is for
		p.finish(s)
		return
	}
	p.enter(s, Stopping, StepPostStop)
	p.Deadline = s.in.Now.Add(p.def.StopTimeout)
	p.runHooks(s, StepPostStop, PostStop, 0)
}

func (p *Process) abandon(s *step) {
	if len(s.ev.PIDs) > 0 {
		p.Leftover = s.ev.PIDs
	}
	p.enter(s, Abandoned, "")
	p.FailedSub = "abandoned"
	p.Note = "SIGKILL did not end " + pidsText(p.Leftover)
	asked := AskedStart
	if p.Stop != "" {
		asked = AskedStop
	}
	s.do(Action{Do: Settled, Asked: asked, Reason: p.Note})
	s.do(Action{Do: Ended, Reason: p.Note})
}

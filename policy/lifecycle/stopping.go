package lifecycle

import (
	"time"

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
	wasUp := p.Phase == Active || p.Phase == Reloading || p.Phase == Draining
	p.breakOff(s)
	p.Extended = false
	p.enter(s, Stopping, StepSignal)
	if p.EndingNote != "" || p.worker == nil || p.worker.Role != Retiring { // of one that retires it is said already
		p.Note = p.EndingNote
	}
	// A oneshot that remains active is undone by its pre_stop hooks.
	if wasUp && reason == p.stopReason() && (p.Main != 0 && !p.MainGone || p.oneshotDone()) {
		p.Deadline = s.in.Now.Add(p.def.StopTimeout)
		p.runHooks(s, StepPreStop, PreStop, 0)
		return
	}
	p.signalMain(s)
}

// breakOff ends what goes on beside the program: its checks, a hook of the start, a reload.
func (p *Process) breakOff(s *step) {
	s.do(Action{Do: EndChecks})
	p.killHook(s)
	if p.Phase == Reloading {
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "it ended during its reload"})
	}
	p.Unasked, p.ReloadNext, p.SaysReloading = false, false, false
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
	if p.def.KillMode == units.KillControlGroup || p.Forking || p.NoMain {
		do = SignalAll
	}
	s.do(Action{Do: do, Run: p.Main, Signal: p.stopSignal()})
}

// stopping is from the first hook of the stop to the last process being gone.
func (p *Process) stopping(s *step) {
	if p.At == StepRelease {
		p.closing(s)
		return
	}
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
		p.left(s)
		return
	case Expired:
		p.stopExpired(s)
		return
	case Prepared, NotPrepared:
		p.settle(s)
		return
	}
	if p.isHook(s.ev) {
		p.hookEvent(s)
		return
	}
	switch s.ev.Kind {
	case Spawned:
		// The stop came before the program was exec'ed; the executor has kept the signal for it.
		p.spawned(s)
	case NotSpawned:
		p.Main = 0
		p.gone(s)
	case Exited:
		p.mainExited(s)
	case Emptied:
		p.treeGone(s)
	case Checked:
		p.count(s)
	}
}

// left is what SIGKILL did not end. What a hook has left behind does not keep the stop from going on.
func (p *Process) left(s *step) {
	if !p.isHook(s.ev) {
		p.abandon(s)
		return
	}
	p.Leftover = s.ev.PIDs
	p.Dying = append(p.Dying, p.HookRun)
	p.HookRun = 0
	p.hookDone(s, "SIGKILL did not end "+pidsText(p.Leftover))
}

func (p *Process) stopExpired(s *step) {
	switch {
	case p.At == StepPrepare:
		p.settle(s)
		return
	case p.HookRun != 0 && p.At == StepPreStop:
		p.killHook(s)
		p.Deadline = time.Time{} // what comes has its own
		p.signalMain(s)
		return
	case p.HookRun != 0:
		p.killHook(s)
		p.awaitKilled(s)
		return
	case p.Phase == Killing:
		p.abandon(s)
		return
	}
	if p.At == StepLeaving && p.Ending == "" {
		p.Ending = units.ReasonTimeout
		p.EndingNote = "it sent STOPPING=1 and did not end within " + p.within(p.def.StopTimeout)
	}
	if p.Ending == p.stopReason() && p.EndingNote == "" && !p.MainGone {
		p.EndingNote = string(p.def.StopSignal) + " did not end it within " + p.within(p.def.StopTimeout) + "; killed"
	}
	p.sayEnding()
	p.kill(s)
}

// sayEnding says why the run ends as long as it does. Of a stop that goes well there is nothing to say.
func (p *Process) sayEnding() {
	switch p.Ending {
	case "":
	case p.stopReason():
		if p.EndingNote != "" {
			p.Note = p.EndingNote
		}
	default:
		p.Note = p.why()
	}
}

// kill ends whatever is left of the tree.
func (p *Process) kill(s *step) {
	p.awaitKilled(s)
	s.do(Action{Do: Kill, Run: p.Main})
}

// awaitKilled gives what was killed its time to go.
func (p *Process) awaitKilled(s *step) {
	p.enter(s, Killing, p.At)
	p.Deadline = s.in.Now.Add(killGrace)
}

// mainExited is the main process being gone, for whatever reason.
func (p *Process) mainExited(s *step) {
	if p.MainGone {
		return
	}
	if p.forked(s) {
		return
	}
	p.MainGone = true
	oneshot := p.Phase == Starting && p.oneshotSucceeded(s.ev.Exit)
	p.classify(s)
	if oneshot {
		p.Ending, p.EndingNote = "", ""
		p.FailedStart = false
	}
	p.sayEnding()
	if p.Phase != Stopping && p.Phase != Killing {
		p.breakOff(s)
		p.enter(s, Stopping, StepRest)
	}
	if p.Phase == Stopping && p.At == StepLeaving {
		p.enter(s, Stopping, StepRest) // the others have been told nothing yet
	}
	if p.HookRun != 0 {
		return // a pre_stop hook; the stop goes on behind it
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
		p.lost(s)
	}
	p.sayEnding()
	if p.Phase != Stopping && p.Phase != Killing {
		p.breakOff(s)
		p.enter(s, Stopping, StepRest)
	}
	p.Main = 0
	if p.HookRun != 0 {
		return // a pre_stop hook; the stop goes on behind it
	}
	p.gone(s)
}

// lost is the end of a main process whose status nobody has.
func (p *Process) lost(s *step) {
	if p.Forking {
		p.leftNothing(s)
		return
	}
	if p.NoMain {
		p.dispersed(s)
		return
	}
	if p.Ending == "" {
		p.Ending, p.EndingNote = units.ReasonSignal, "it and its init were killed"
	}
	p.LastExit = &LastExit{Reason: p.Ending, Exit: Exit{Signal: "SIGKILL"}, At: s.in.Now, Why: p.EndingNote}
}

// gone goes on once nothing of the program is left, nor of hooks that were killed.
func (p *Process) gone(s *step) {
	p.Main, p.MainPID = 0, 0
	switch {
	case len(p.Dying) > 0:
		p.At = StepRest
		p.awaitKilled(s)
		for _, run := range p.Dying { // again: the first time may be long ago
			s.do(Action{Do: Kill, Run: run})
		}
	case p.Ending != "" || p.Stop != "":
		p.postStop(s)
	case len(p.launch.Program.PostStart) > 0: // of a oneshot that has ended well
		p.enter(s, Starting, StepPostStart)
		if p.job != nil { // its program may have taken longer than a start does
			p.StartBy = s.in.Now.Add(p.def.StartTimeout)
		}
		p.Deadline = laterOf(p.StartBy, s.in.Now)
		p.runHooks(s, StepPostStart, PostStart, 0)
	default:
		p.worked(s)
	}
}

func (p *Process) postStop(s *step) {
	p.enter(s, Stopping, StepPostStop)
	p.Deadline = s.in.Now.Add(p.def.StopTimeout)
	p.runHooks(s, StepPostStop, PostStop, 0)
}

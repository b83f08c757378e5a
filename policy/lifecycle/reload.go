package lifecycle

import (
	"time"

	"unitd/units"
)

// reload tells a running program to read its configuration again: by a command, which is awaited; by a signal,
// of which nothing comes back; or, for type notify-reload, by a signal that it answers (systemd.service(5)).
func (p *Process) reload(s *step) {
	action, answers := p.def.Reload, p.def.Type == units.TypeNotifyReload
	switch {
	case action == nil && !answers:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "it has no reload block; restart it instead"})
	case p.Phase == Reloading && p.Unasked:
		p.ReloadNext = true
	case p.Phase == Reloading:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "it is reloading"})
	case p.Main == 0 || p.MainGone:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "its program has ended"})
	case p.NoMain && (answers || !action.Command):
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "its main process is not known; give it a pid_file"})
	case answers:
		p.reloading(s, StepReloadSignal)
		s.do(Action{Do: SignalMain, Run: p.Main, Signal: p.reloadSignal()})
	case action.Command && len(p.Dying) > 0:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "its last reload command was killed and is not gone yet"})
	case action.Command:
		p.reloading(s, "")
		p.runHooks(s, "", ReloadHook, 0)
	default:
		s.do(Action{Do: SignalMain, Run: p.Main, Signal: action.Signal})
		s.do(Action{Do: Settled, Asked: AskedReload, OK: true})
	}
}

func (p *Process) reloadSignal() units.Signal {
	if p.def.Reload != nil {
		return p.def.Reload.Signal
	}
	return "SIGHUP"
}

// reloading begins a reload, which may take as long as a start.
func (p *Process) reloading(s *step, at Step) {
	p.enter(s, Reloading, at)
	p.Unasked, p.SaysReloading = false, false
	p.ReloadFrom, p.ReloadBy = s.in.Now, s.in.Now.Add(p.def.StartTimeout)
	p.Deadline = p.upUntil()
}

// saysReloading is RELOADING=1. Where a signal asked for the reload it counts only if it was sent after that,
// since the answer to an earlier one may still have been on its way. Without a signal the program reloads by
// itself; before its first READY=1 it says nothing, although real programs send it.
func (p *Process) saysReloading(s *step, n *Notice) {
	switch {
	case p.Phase == Active:
		p.reloading(s, StepReloadReady)
		p.Unasked = true
	case p.Phase != Reloading:
	case p.At == StepReloadSignal && !n.ReloadingSince.IsZero() && !n.ReloadingSince.Before(p.ReloadFrom):
		p.At = StepReloadReady
	case p.At == "": // the reload command runs
		p.SaysReloading = true
	}
}

// reloadedReady is READY=1 of a program that is up: the end of a reload that it has begun to tell of.
func (p *Process) reloadedReady(s *step) {
	p.SaysReloading = false
	if p.Phase == Reloading && p.At == StepReloadReady {
		p.reloaded(s, true, "")
	}
}

// commandDone is the end of a reload command; a program that said RELOADING=1 meanwhile has not finished.
func (p *Process) commandDone(s *step) {
	if p.SaysReloading {
		p.At = StepReloadReady
		return
	}
	p.reloaded(s, true, "")
}

// reloadExpired is a reload that has taken too long. The program goes on, with whatever configuration it has.
func (p *Process) reloadExpired(s *step) {
	within := " within " + DurationText(p.def.StartTimeout)
	switch p.At {
	case StepReloadSignal:
		p.reloaded(s, false, "it did not answer "+string(p.reloadSignal())+" by RELOADING=1"+within)
	case StepReloadReady:
		p.reloaded(s, false, "it reloads, and sent no READY=1"+within)
	default:
		p.killHook(s)
		p.reloaded(s, false, "reload command: still running after "+DurationText(p.def.StartTimeout))
	}
}

// reloaded ends a reload. Who asked for one while the program did it by itself gets another.
func (p *Process) reloaded(s *step, ok bool, why string) {
	again := p.ReloadNext
	p.enter(s, Active, "")
	p.ReloadBy, p.ReloadNext, p.Unasked, p.SaysReloading = time.Time{}, false, false, false
	p.Deadline = p.upUntil()
	p.Note = why
	if again {
		p.reload(s)
		return
	}
	s.do(Action{Do: Settled, Asked: AskedReload, OK: ok, Reason: why})
}

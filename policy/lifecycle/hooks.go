package lifecycle

import (
	"fmt"

	"unitd/units"
)

// hooks is the list of a kind.
func (l *Launch) hooks(kind HookKind) [][]string {
	switch kind {
	case PreStart:
		return l.Program.PreStart
	case PostStart:
		return l.Program.PostStart
	case PreStop:
		return l.Program.PreStop
	case PostStop:
		return l.Program.PostStop
	case ReloadHook:
		return [][]string{l.Program.ReloadCommand}
	}
	return nil
}

// runHooks starts hook number index of a kind, or goes on behind the list when there is none left.
func (p *Process) runHooks(s *step, at Step, kind HookKind, index int) {
	p.At, p.HookKind, p.Hook = at, kind, index
	if p.launch == nil || index >= len(p.launch.hooks(kind)) {
		p.HookKind, p.Hook = NoHook, 0
		p.behindHooks(s, at)
		return
	}
	p.HookRun = s.in.Run
	launch := *p.launch
	launch.MainPID = 0
	if !p.MainGone {
		launch.MainPID = p.MainPID
	}
	if p.LastExit != nil {
		launch.Result, launch.Exit = p.LastExit.Reason, p.LastExit.Exit
	}
	s.do(Action{Do: Spawn, Run: p.HookRun, Hook: kind, Index: index, Launch: &launch})
}

func (p *Process) behindHooks(s *step, at Step) {
	switch at {
	case StepPreStart:
		p.spawnMain(s)
	case StepPostStart:
		p.ready(s)
	case StepPreStop:
		p.signalMain(s)
	case StepPostStop:
		p.settle(s)
	case "":
		p.reloaded(s, true, "")
	}
}

// hookEvent is an event while a hook runs; the program may end meanwhile.
func (p *Process) hookEvent(s *step) {
	if s.ev.Run != 0 && s.ev.Run == p.Main {
		p.mainWhileHook(s)
		return
	}
	switch s.ev.Kind {
	case NotSpawned:
		if s.ev.Again && p.Phase == Starting {
			p.HookRun = 0
			p.refused(s)
			return
		}
		p.HookRun = 0
		p.hookDone(s, s.ev.Err)
	case Exited:
		p.HookExit = s.ev.Exit
		// What the hook left behind ends with it.
		s.do(Action{Do: Kill, Run: p.HookRun})
	case Emptied:
		p.HookRun = 0
		p.hookDone(s, hookError(p.HookExit))
	case Notified, Checked:
		p.note(s)
	}
}

func hookError(e Exit) string {
	if e.Signal == "" && e.Code == 0 {
		return ""
	}
	return e.String()
}

// hookDone goes on after a hook. A failing pre_start, post_start or reload fails what it is part of;
// pre_stop and post_stop failures are noted, since a stop must go on.
func (p *Process) hookDone(s *step, failure string) {
	kind, index := p.HookKind, p.Hook
	if failure == "" {
		p.runHooks(s, p.At, kind, index+1)
		return
	}
	why := fmt.Sprintf("%s hook %d: %s", kind, index+1, failure)
	switch kind {
	case PreStart:
		p.failStart(s, why)
	case PostStart:
		p.end(s, units.ReasonExit, why)
	case ReloadHook:
		p.HookKind = NoHook
		p.reloaded(s, false, "reload command: "+failure)
	default:
		p.Note = why
		p.runHooks(s, p.At, kind, index+1)
	}
}

// mainWhileHook is the program ending while one of its hooks runs.
func (p *Process) mainWhileHook(s *step) {
	switch s.ev.Kind {
	case Exited:
		if p.Phase == Starting && p.HookRun != 0 && !p.oneshotSucceeded(s.ev.Exit) {
			p.classify(s)
			p.MainGone = true
			p.end(s, p.Ending, "")
			return
		}
		p.mainExited(s)
	case Emptied:
		p.Main = 0
	case Spawned:
		p.MainPID = s.ev.PID
	case Notified, Checked:
		p.note(s)
	}
}

// note takes in status text and check results where they decide nothing.
func (p *Process) note(s *step) {
	switch s.ev.Kind {
	case Notified:
		if s.ev.Text != "" {
			p.StatusText = s.ev.Text
		}
	case Checked:
		p.count(s)
	}
}

// count enters the result of a check.
func (p *Process) count(s *step) *CheckState {
	for i := range p.Checks {
		c := &p.Checks[i]
		if c.Name != s.ev.Name {
			continue
		}
		h := p.launch.Program.Health[i]
		if s.ev.OK {
			c.Successes++
			if c.Successes >= max(h.Successes, 1) {
				c.OK, c.Seen, c.Failures, c.LastError = true, true, 0, ""
			}
			return c
		}
		c.Successes, c.LastError = 0, s.ev.Err
		c.Failures++
		return c
	}
	return nil
}

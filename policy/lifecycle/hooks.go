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
	// Until its status has come a hook counts as killed: a status may be lost with the init that had it.
	p.HookRun, p.HookExit = s.in.Run, Exit{Signal: "SIGKILL"}
	launch := *p.launch
	launch.Main, launch.MainPID = p.Main, 0
	if !p.MainGone {
		launch.MainPID = p.MainPID
	}
	if kind == PostStop {
		launch.Outcome = p.result()
	}
	s.do(Action{Do: Spawn, Run: p.HookRun, Hook: kind, Index: index, Launch: &launch})
}

func (p *Process) behindHooks(s *step, at Step) {
	switch at {
	case StepPreStart:
		p.spawnMain(s)
	case StepPostStart:
		switch {
		case p.oneshot():
			p.worked(s)
		case p.Forking:
			p.At = StepMain
		default:
			p.ready(s)
		}
	case StepPreStop:
		p.signalMain(s)
	case StepPostStop:
		p.settle(s)
	case "":
		p.commandDone(s)
	}
}

// hookEvent is an event of the hook that runs.
func (p *Process) hookEvent(s *step) {
	switch s.ev.Kind {
	case NotSpawned:
		p.HookRun = 0
		if p.Phase == Starting && p.passing(s) {
			p.refused(s)
			return
		}
		p.hookDone(s, s.ev.Err)
	case Exited:
		p.HookExit = s.ev.Exit
		// What the hook left behind ends with it.
		s.do(Action{Do: Kill, Run: p.HookRun})
	case Emptied:
		p.HookRun = 0
		p.hookDone(s, hookError(p.HookExit))
	}
}

// isHook reports an event of the hook that runs.
func (p *Process) isHook(ev Event) bool { return p.HookRun != 0 && ev.Run == p.HookRun }

// killHook ends the hook that runs, without waiting: what outlives that is waited for before the unit counts
// as stopped.
func (p *Process) killHook(s *step) {
	p.HookKind = NoHook
	if p.HookRun == 0 {
		return
	}
	s.do(Action{Do: Kill, Run: p.HookRun})
	p.Dying = append(p.Dying, p.HookRun)
	p.HookRun = 0
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

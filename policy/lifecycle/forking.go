package lifecycle

import (
	"unitd/units"
)

// forked is the process that a forking program was started as having ended well: a child of it goes on, and is to
// be found. It reports that the exit was this, and not the end of the program.
func (p *Process) forked(s *step) bool {
	if p.def.Type != units.TypeForking || p.Phase != Starting || p.At != StepStart || p.Forking || s.ev.Exit != (Exit{}) {
		return false
	}
	p.Forking = true
	p.MainPID = 0
	s.do(Action{Do: FindMain, Run: p.Main, Launch: p.launch})
	return true
}

// mainFound is the main process of a forking program, or that there is none among those it has left: it has started.
func (p *Process) mainFound(s *step) {
	p.Forking = false
	if p.NoMain = s.ev.PID == 0; !p.NoMain {
		p.runsAs(s.ev.PID)
	}
	switch {
	case p.Phase != Starting:
	case p.At == StepStart:
		p.started(s)
	case p.At == StepMain:
		p.ready(s)
	}
}

// mainUnnamed is a forking program whose pid file is perhaps written by post_start, as some units for systemd have it
// (service_sigchld_event in its src/core/service.c): these hooks run now, and the main process is awaited behind them.
func (p *Process) mainUnnamed(s *step) {
	if p.Phase == Starting && p.At == StepStart && p.Forking && len(p.launch.Program.PostStart) > 0 {
		p.started(s)
	}
}

// leftNothing is a forking program of which no process is left before a main process was found.
func (p *Process) leftNothing(s *step) {
	p.Forking = false
	if p.Ending == "" {
		p.Ending, p.EndingNote = units.ReasonExit, "it left no process behind"
	}
	p.LastExit = &LastExit{Reason: p.Ending, At: s.in.Now}
}

// dispersed is a program without a main process of which the last process has ended. Nobody knows how.
func (p *Process) dispersed(s *step) {
	if p.Ending == "" {
		p.Ending, p.EndingNote = units.ReasonClean, "its last process has ended"
	}
	p.LastExit = &LastExit{Reason: p.Ending, At: s.in.Now}
}

// unfound says what a start waited for that found no main process in time.
func (p *Process) unfound() string {
	if p.def.PIDFile != "" {
		return ": " + p.def.PIDFile + " names no process of it"
	}
	return ": its processes come and go, and no pid_file says which is the main one"
}

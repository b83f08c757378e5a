package lifecycle

import (
	"time"

	"unitd/units"
)

// Notice is what a program says of itself, as sd_notify(3) describes it. A field that it did not give is zero.
type Notice struct {
	Ready    bool
	Stopping bool
	// Reloading is RELOADING=1, ReloadingSince the MONOTONIC_USEC that came with it, as a time.
	Reloading      bool
	ReloadingSince time.Time
	Status         *string // an empty one clears what was said before
	Alive          bool    // WATCHDOG=1
	Hung           bool    // WATCHDOG=trigger: it takes itself to be hung
	// Watchdog is a new watchdog interval (WATCHDOG_USEC); 0: none from now on.
	Watchdog *time.Duration
	Extend   time.Duration // EXTEND_TIMEOUT_USEC, from now
	// RestartReset forgets that restarts came before this run: the next delay is the first one again.
	RestartReset bool
	// MainPID is the new main process (MAINPID), as the host sees it.
	MainPID int
	// Errno and ExitStatus (0 to 255) say what it failed by; 0 takes that back.
	Errno, ExitStatus *int
}

// notified takes in what a program says. Only its own process tree has a say: hooks have not, nor has what is
// left of a tree whose main process has ended.
func (p *Process) notified(s *step) {
	n := s.ev.Notice
	if s.ev.Run != p.Main || p.MainGone || n == nil {
		return
	}
	if n.Status != nil {
		p.StatusText = *n.Status
	}
	if n.Errno != nil {
		p.Errno = *n.Errno
	}
	if n.ExitStatus != nil {
		p.ExitStatus = *n.ExitStatus
	}
	if n.RestartReset {
		p.Streak.Failures = 0
	}
	if n.MainPID != 0 {
		p.runsAs(n.MainPID)
	}
	p.watched(s, n)
	p.extend(s, n.Extend)
	if n.Hung {
		p.unwatched(s, "it sent WATCHDOG=trigger")
		return
	}
	if n.Reloading {
		p.saysReloading(s, n)
	}
	if n.Ready {
		p.saysReady(s)
	}
	if n.Stopping && p.Phase.Up() {
		p.leave(s)
	}
}

// saysReady is READY=1: the end of a start by notification, or of a reload. Programs send it at other times too,
// and then it says nothing.
func (p *Process) saysReady(s *step) {
	switch {
	case p.Phase.Up():
		p.reloadedReady(s)
	case p.Phase == Starting && p.At == StepStart && p.startsByNotice():
		p.started(s)
	}
}

// runsAs notes the pid of the main process. What was handed out with an action is not changed any more.
func (p *Process) runsAs(pid int) {
	p.NoMain = false
	launch := *p.launch
	launch.MainPID = pid
	p.launch, p.MainPID = &launch, pid
}

// byNewline reports a program that has started when it writes a newline to its ready_fd.
func (p *Process) byNewline() bool { return p.def.ReadyFD >= 3 }

// startsByNotice reports a program that has started when it says so.
func (p *Process) startsByNotice() bool {
	return p.def.Type == units.TypeNotify || p.def.Type == units.TypeNotifyReload || p.byNewline()
}

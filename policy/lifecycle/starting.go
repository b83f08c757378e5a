package lifecycle

import (
	"fmt"
	"strconv"
	"time"

	"unitd/units"
)

// begin starts a run: directory and listeners first, then hooks, then the program.
func (p *Process) begin(s *step) {
	p.enter(s, Starting, StepPrepare)
	p.StartBy = s.in.Now.Add(p.def.StartTimeout)
	p.Deadline = p.StartBy
	p.Invocation = s.in.Invocation
	p.Ending, p.EndingNote, p.FailedStart, p.NeverRan, p.Again = "", "", true, true, false
	p.Extended, p.Errno, p.ExitStatus = false, 0, 0
	p.Streak = p.Streak.Begin(s.in.Now)
	p.MainGone, p.MainPID, p.Forking, p.NoMain = false, 0, false, false
	p.RunUntil, p.ReloadBy, p.WatchdogBy, p.Watchdog = time.Time{}, time.Time{}, time.Time{}, p.def.Watchdog
	p.Checks, p.StatusText, p.FailedSub, p.Leftover = nil, "", "", nil
	if p.worker != nil {
		p.worker.drawMaxRequests(s.in.Chance)
		p.scope.Worker.MaxRequests = p.worker.MaxRequests
	}
	p.scope.Credentials = p.def.CredentialsOf(p.key())
	p.launch = &Launch{
		Process: p.def, Invocation: p.Invocation, Cause: p.Cause, Credentials: p.scope.Credentials,
		Heading: p.heading, Value: p.value,
	}
	p.launch.Listen = p.def.Listen
	if p.worker != nil {
		p.launch.Listen = p.worker.inherits()
		p.launch.WorkerIndex, p.launch.WorkerCount = p.scope.Worker.Index, p.scope.Worker.Count
	}
	if p.proxied() || p.evaluate(s) { // where it is to listen comes with Prepared
		p.prepare(s)
	}
}

// key is that of a pool's worker; 0 outside a pool.
func (p *Process) key() int {
	if p.worker == nil {
		return 0
	}
	return p.worker.Key
}

// evaluate finds out what the start runs; the start fails where that cannot be said.
func (p *Process) evaluate(s *step) bool {
	program, err := p.def.Program.Program(p.scope)
	if err != nil {
		p.failStart(s, err.Error())
		return false
	}
	launch := *p.launch // others hold the one that there was
	launch.Program = program
	p.launch = &launch
	return true
}

func (p *Process) prepare(s *step) {
	p.Holding = true // one that fails may have opened some of the listeners
	p.Listening = p.Listening || len(p.def.Listen) > 0
	s.do(Action{Do: Prepare, Fresh: !p.Pinned, Launch: p.launch, Listen: p.def.Listen})
}

// starting is from the start to being ready.
func (p *Process) starting(s *step) {
	switch s.ev.Kind {
	case StopWanted:
		p.stopWhileStarting(s)
		return
	case Expired:
		p.startExpired(s)
		return
	case StartWanted:
		return
	case ReloadWanted:
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "it is starting"})
		return
	case ResetWanted:
		p.Restarts = 0
		return
	}
	switch p.At {
	case StepPrepare:
		p.preparing(s)
	default:
		if p.isHook(s.ev) {
			p.hookEvent(s)
			return
		}
		p.launching(s)
	}
}

func (p *Process) preparing(s *step) {
	if p.Again {
		return // the answer to a start before this one, which timed out; it is asked again in a moment
	}
	switch s.ev.Kind {
	case Prepared:
		p.Pinned = true
		if !p.proxied() || p.placed(s) {
			p.runHooks(s, StepPreStart, PreStart, 0)
		}
	case NotPrepared:
		p.refused(s)
	}
}

// refused is a preparation or spawn that failed: for good, or for now. Something else may have to go first, for
// which there is the start timeout; or the host is full (fork refused, too many files), which is no failure of
// the unit.
func (p *Process) refused(s *step) {
	if !p.passing(s) {
		p.failStart(s, s.ev.Err)
		return
	}
	p.Again, p.Note = true, s.ev.Err+"; tried again every second"
	p.Deadline = s.in.Now.Add(tryAgain)
	if s.ev.Full { // it is waited for, however long: the start timeout counts from when there is room
		p.StartBy = p.Deadline.Add(p.def.StartTimeout)
	}
}

// passing reports a refusal that may pass in time.
func (p *Process) passing(s *step) bool {
	return s.ev.Again && (s.ev.Full || s.in.Now.Add(tryAgain).Before(p.StartBy))
}

func (p *Process) startExpired(s *step) {
	if p.Again && s.in.Now.Before(p.StartBy) {
		p.Again, p.Note, p.Deadline = false, "", p.StartBy
		switch p.At {
		case StepPrepare:
			p.prepare(s)
		case StepPreStart, StepPostStart:
			p.runHooks(s, p.At, p.HookKind, p.Hook)
		default:
			p.spawnMain(s)
		}
		return
	}
	if p.excused() {
		p.StartBy = s.in.Now.Add(p.def.StartTimeout)
		p.Deadline = p.StartBy
		p.runHooks(s, StepPostStart, PostStart, 0)
		return
	}
	why, within := "not ready within ", p.def.StartTimeout
	if p.oneshot() && p.Main != 0 {
		why = "still running after "
		if p.job != nil && p.At == StepStart {
			within = p.job.Timeout
		}
	}
	p.end(s, units.ReasonTimeout, why+p.within(within)+p.waitedFor())
}

// waitedFor says what a start that timed out was waiting for.
func (p *Process) waitedFor() string {
	switch p.At {
	case StepPreStart, StepPostStart:
		return fmt.Sprintf(": %s hook %d still runs", p.HookKind, p.Hook+1)
	case StepMain:
		return p.unfound()
	case StepStart:
		if p.Forking {
			return p.unfound()
		}
		if p.byNewline() {
			return ": it wrote no newline to fd " + strconv.Itoa(p.def.ReadyFD)
		}
		if p.startsByNotice() {
			return ": it sent no READY=1"
		}
	case StepListen:
		why := ": nothing of it listens " + p.worker.Place()
		if p.Note != "" {
			why += ": " + p.Note
		}
		return why
	case StepHealth:
		for _, c := range p.Checks {
			if !c.OK && c.LastError != "" {
				return fmt.Sprintf(": health %q: %s", c.Name, c.LastError)
			}
		}
	}
	return ""
}

func (p *Process) stopWhileStarting(s *step) {
	p.Stop = s.ev.For
	switch {
	case p.At == StepPrepare && !p.Again:
		until := p.Deadline
		p.enter(s, Stopping, StepPrepare) // Prepared or NotPrepared comes and settles
		p.Deadline = until
	case p.At == StepPrepare:
		p.settle(s)
	default:
		p.end(s, units.ReasonStop, "")
	}
}

// failStart ends a start before the program ran.
func (p *Process) failStart(s *step, why string) {
	p.Ending, p.EndingNote = units.ReasonExit, why
	p.Note = why
	p.FailedSub = "start"
	if p.At == StepPrepare {
		p.settle(s)
		return
	}
	p.gone(s)
}

func laterOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

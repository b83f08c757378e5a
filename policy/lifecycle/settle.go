package lifecycle

import (
	"fmt"
	"strconv"
	"strings"

	"unitd/policy/restart"
	"unitd/units"
)

// classify names the reason of an end from the wait status and from what the manager did to bring it about.
func (p *Process) classify(s *step) {
	exit, cause := s.ev.Exit, p.Ending
	if cause == "" && p.recyclesItself() {
		cause = units.ReasonRecycle
	}
	p.Ending = restart.Classify(restart.Exit{
		Code: exit.Code, Signal: exit.Signal, Core: exit.Core, OOM: exit.OOM, Cause: cause, Told: p.Ending != "",
	}, p.def.SuccessExit)
	if p.EndingNote == "" && s.ev.Err != "" && (p.Ending == units.ReasonSignal || p.Ending == units.ReasonOOM) {
		p.EndingNote = exit.String() + "; " + s.ev.Err
	}
	p.LastExit = &LastExit{Reason: p.Ending, Exit: exit, At: s.in.Now, Why: p.EndingNote}
}

// successful reports an exit that counts as success for this program.
func (p *Process) successful(exit Exit) bool {
	reason := restart.Classify(restart.Exit{Code: exit.Code, Signal: exit.Signal, Core: exit.Core}, p.def.SuccessExit)
	return restart.Succeeded(reason, p.oneshot())
}

func (p *Process) oneshot() bool { return p.def.Type == units.TypeOneshot }

// worked is a oneshot that has done what it is for, post_start hooks included.
func (p *Process) worked(s *step) {
	if p.def.Remain {
		p.finish(s)
		return
	}
	p.postStop(s)
}

// finish is the good end of a oneshot.
func (p *Process) finish(s *step) {
	p.FailedStart = false
	p.Streak = restart.Streak{}
	if !p.def.Remain {
		p.finished(s)
		return
	}
	p.ready(s)
	s.do(Action{Do: Ended, OK: true})
}

func (p *Process) finished(s *step) {
	if p.close(s, ToFinished) {
		return
	}
	p.enter(s, Inactive, "")
	s.do(Action{Do: Settled, Asked: AskedStart, OK: true})
	s.do(Action{Do: Ended, OK: true})
}

// settle is the end of a run with nothing left of it: stopped, restarted later, or failed.
func (p *Process) settle(s *step) {
	p.Main, p.MainPID, p.HookRun, p.HookKind = 0, 0, 0, NoHook
	if len(p.Dying) > 0 { // a post_stop hook that was killed
		p.awaitKilled(s)
		return
	}
	switch {
	case p.Stop != "":
		p.stopped(s)
		return
	case p.Ending == "":
		p.finish(s)
		return
	}
	p.Note = p.why()
	if p.retry(s) {
		return
	}
	var decision restart.Decision
	decision, p.Streak = restart.Verdict(p.def.Restart, p.outcome(), p.Streak, s.in.Now, s.in.Chance)
	if p.NeverRan {
		// What the host refused at once it would refuse as fast as it can be asked.
		decision.Delay = max(decision.Delay, tryAgain)
	}
	switch {
	case decision.Restart:
		if n := p.Streak.Failures; n > 1 && p.Ending != units.ReasonRecycle {
			p.Note += ", " + restart.Ordinal(n) + " in a row"
		}
		p.enter(s, Backoff, "")
		p.Deadline = s.in.Now.Add(decision.Delay)
		s.do(Action{Do: Settled, Asked: AskedStart, Reason: p.Note})
		if p.failing() {
			p.AwaitsTurn = s.in.Grouped
			s.do(Action{Do: Failure, Reason: p.Note})
		}
	case p.failing() || decision.Limit:
		if p.failing() {
			s.do(Action{Do: Failure, Reason: p.Note})
		}
		p.fail(s, decision.Limit)
	default:
		p.ended(s)
	}
	if decision.Restart && decision.Delay == 0 && !p.AwaitsTurn {
		if p.Ending != units.ReasonRecycle {
			p.Restarts++
		}
		p.begin(s)
	}
}

// ended is a polite end that is not followed by a restart.
func (p *Process) ended(s *step) {
	if p.close(s, ToEnded) {
		return
	}
	p.enter(s, Inactive, "")
	s.do(Action{Do: Settled, Asked: AskedStart, OK: !p.FailedStart, Reason: p.Note})
	p.Note = ""
	s.do(Action{Do: Ended, OK: true})
}

func (p *Process) stopped(s *step) {
	if p.close(s, ToStopped) {
		return
	}
	p.enter(s, Inactive, "")
	p.Note, p.FailedSub, p.StatusText = "", "", ""
	p.Errno, p.ExitStatus = 0, 0
	p.Streak = restart.Streak{}
	s.do(Action{Do: Settled, Asked: AskedStart, Reason: "it was stopped meanwhile"})
	s.do(Action{Do: Settled, Asked: AskedStop, OK: true})
}

func (p *Process) fail(s *step, limit bool) {
	if p.FailedSub == "" {
		p.FailedSub = failedSub(p.Ending)
	}
	if limit {
		p.FailedSub = "start-limit"
		p.Note = fmt.Sprintf("%s; gave up after %s within %s", p.Note,
			counted(p.def.Restart.Burst, "restart"), DurationText(p.def.Restart.Interval))
	}
	p.failed(s)
}

func (p *Process) failed(s *step) {
	if p.close(s, ToFailed) {
		return
	}
	p.enter(s, Failed, "")
	s.do(Action{Do: Settled, Asked: AskedStart, Reason: p.Note})
	s.do(Action{Do: Ended, Reason: p.Note})
}

// failedSub is the sub state of failed for a reason: its own name, where it has one.
func failedSub(reason units.Reason) string {
	switch reason {
	case units.ReasonClean: // before it was ready
		return string(units.ReasonExit)
	case units.ReasonKilled:
		return string(units.ReasonSignal)
	}
	return string(reason)
}

// failing reports an end that is a failure: what a supervisor counts and what leaves a unit failed. A
// program that should have become ready and left before it did has failed, however politely.
func (p *Process) failing() bool {
	if !restart.Succeeded(p.Ending, p.oneshot()) {
		return true
	}
	return p.FailedStart && p.Ending != units.ReasonStop
}

// outcome is the end as the restart rules see it.
func (p *Process) outcome() restart.End {
	end := restart.End{Reason: p.Ending, Code: -1, Oneshot: p.oneshot()}
	if !p.NeverRan && p.LastExit != nil {
		end.Code, end.Signal = p.LastExit.Exit.Code, p.LastExit.Exit.Signal
	}
	if p.FailedStart { // a polite end before it was ready is none
		switch p.Ending {
		case units.ReasonClean:
			end.Reason = units.ReasonExit
		case units.ReasonKilled:
			end.Reason = units.ReasonSignal
		}
	}
	return end
}

// why says in words why the run ended.
func (p *Process) why() string {
	if p.FailedSub == "start" {
		return p.EndingNote
	}
	var text string
	switch {
	case p.EndingNote != "":
		text = p.EndingNote
	case p.LastExit != nil:
		text = p.LastExit.Exit.String()
	}
	if p.Ending == units.ReasonRecycle {
		text += ", recycled"
	}
	if p.FailedStart && (p.Ending == units.ReasonClean || p.Ending == units.ReasonKilled && !p.oneshot()) {
		text += " before it was ready"
	}
	return text
}

// String is the exit in words: "exit 3", "SIGSEGV (core dumped)", "SIGKILL (out of memory)".
func (e Exit) String() string {
	switch {
	case e.Signal == "":
		return "exit " + strconv.Itoa(e.Code)
	case e.OOM:
		return string(e.Signal) + " (out of memory)"
	case e.Core:
		return string(e.Signal) + " (core dumped)"
	}
	return string(e.Signal)
}

func pidsText(pids []int) string {
	if len(pids) == 0 {
		return "its processes"
	}
	words := make([]string, 0, len(pids))
	for _, pid := range pids {
		words = append(words, strconv.Itoa(pid))
	}
	return "pid " + strings.Join(words, ", ")
}

package lifecycle

import (
	"fmt"
	"slices"
	"time"

	"unitd/policy/restart"
)

// start begins an activation, or hastens one that waits to try again.
func (p *Pool) start(s *step) {
	switch {
	case p.Phase.Up():
		s.do(Action{Do: Settled, Asked: AskedStart, OK: true})
		return
	case p.Phase == Abandoned:
		s.do(Action{Do: Settled, Asked: AskedStart, Reason: p.Note})
		return
	case p.Phase == Stopping:
		return // the job engine orders a start behind the stop
	case p.Phase == Starting || p.Phase == Backoff:
		p.hasten(s)
		return
	}
	p.phase(s, Starting)
	p.Stop, p.Note, p.FailedSub, p.Asked, p.Blamed = "", "", "", true, 0
	p.OpenBy = s.in.Now.Add(p.def.App.StartTimeout)
	p.Streak, p.Restarts = restart.Streak{}.Begin(s.in.Now), 0
	p.Invocation, p.Workers, p.Roll = s.in.Invocation, nil, nil
	p.LastGeneration++
	p.Generation = p.LastGeneration
	p.Count = p.wanted(p.def)
	p.keepOnly(s, p.Count)
	p.Steered, p.Reopen = nil, true
}

// hasten answers somebody who asks for a start while the pool waits to try again by itself.
func (p *Pool) hasten(s *step) {
	p.Asked, p.AwaitsTurn = true, false
	if !p.TryAt.IsZero() || p.Phase == Backoff {
		p.tryAgain(s)
	}
	for _, w := range slices.Clone(p.Workers) {
		w.Tried = false
		if w.Process.Phase == Backoff {
			p.stepWorker(s, w, Event{Kind: StartWanted})
		}
	}
}

func (p *Pool) stop(s *step) {
	if p.Phase == Abandoned {
		p.Stop = ForStop
		s.do(Action{Do: Settled, Asked: AskedStop, Reason: p.Note})
		return
	}
	p.Stop = s.ev.For
	p.rollDropped(s, "the pool was stopped")
	p.TryAt, p.Reopen, p.AwaitsTurn = time.Time{}, false, false
	p.FailedSub = ""
	p.phase(s, Stopping)
	p.steerAway(s)
	drain := p.Stop == ForStop && p.hasClients() && len(p.def.Listen) > 0
	if drain {
		p.leaveLobby(s)
		s.do(Action{Do: Refuse})
	}
	for _, w := range slices.Clone(p.Workers) {
		why := p.Stop
		if w.Role != Serving { // it is not the one that starts again
			why = ForStop
		}
		p.stepWorker(s, w, Event{
			Kind: StopWanted, For: why, Drain: drain && !w.Suspect && w.Process.well(), Within: w.def.App.StopTimeout,
		})
	}
}

// giveUp is a pool none of whose workers will be started again. What is left of them ends first.
func (p *Pool) giveUp(s *step) {
	p.rollDropped(s, "no worker is left")
	p.FailedSub, p.Note = "", ""
	for _, w := range p.Workers {
		if w.Role == Serving && w.Process.FailedSub != "" {
			p.FailedSub = w.Process.FailedSub
			p.Note = fmt.Sprintf("worker %d: %s", w.Index, w.Process.Note)
		}
	}
	p.phase(s, Stopping)
	for _, w := range slices.Clone(p.Workers) {
		if !w.Process.Phase.Down() {
			p.stepWorker(s, w, Event{Kind: StopWanted, For: ForStop})
		}
	}
	p.ending(s)
}

// ending ends a stop once the last worker is gone, or nothing more can be done about it.
func (p *Pool) ending(s *step) {
	if p.Phase != Stopping && p.Phase != Abandoned {
		return
	}
	var stuck *Worker
	for _, w := range p.Workers {
		switch {
		case w.Process.Phase == Abandoned:
			stuck = w
		case !w.Process.Phase.Down():
			return
		}
	}
	switch {
	case stuck == nil:
		p.ended(s)
	case p.Phase == Stopping:
		p.abandon(s, stuck)
	}
}

func (p *Pool) ended(s *step) {
	p.keep()
	p.Workers, p.Steered = nil, nil
	if p.close(s) {
		return
	}
	was := p.Phase
	switch {
	case p.Stop != "":
		p.Note, p.FailedSub = "", ""
		p.phase(s, Inactive)
		if was == Stopping {
			s.do(Action{Do: Settled, Asked: AskedStart, Reason: "it was stopped meanwhile"})
			s.do(Action{Do: Settled, Asked: AskedStop, OK: true})
		}
	case was == Abandoned:
		p.Note += "; gone since"
		p.phase(s, Failed)
	case p.FailedSub == "": // its workers have done what they were for
		p.phase(s, Inactive)
		p.answerStart(s, true, "")
		s.do(Action{Do: Ended, OK: true})
	default:
		p.fail(s)
	}
}

func (p *Pool) fail(s *step) {
	if p.close(s) {
		return // ended tells it then
	}
	p.phase(s, Failed)
	s.do(Action{Do: Settled, Asked: AskedStart, Reason: p.Note})
	s.do(Action{Do: Failure, Reason: p.Note})
	s.do(Action{Do: Ended, Reason: p.Note})
}

// abandon is a pool that cannot get rid of a worker.
func (p *Pool) abandon(s *step, stuck *Worker) {
	p.Note, p.FailedSub = fmt.Sprintf("worker %d: %s", stuck.Index, stuck.Process.Note), "abandoned"
	p.phase(s, Abandoned)
	s.abandoned(&p.Stop, p.Note)
	p.release(s)
	s.do(Action{Do: Ended, Reason: p.Note})
}

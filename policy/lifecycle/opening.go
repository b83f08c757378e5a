package lifecycle

import (
	"slices"
	"time"

	"unitd/policy/restart"
	"unitd/units"
)

// A pool holds the listeners of its workers. It asks for them with Prepare before it starts a worker, and again
// whenever it needs more slots or other listeners. One Prepare is under way at a time.

// spare is how many slots the pool needs beside one for each worker: some for successors, and perhaps a lobby.
func (p *Pool) spare() int {
	n := max(p.def.Surge, 1)
	if p.counts() && p.Count+n < units.MaxSlots {
		n++
	}
	return n
}

// slots is how many slots the pool needs: one for each worker, those to spare, and one for each worker that is stuck
// in its own.
func (p *Pool) slots() int {
	n := p.Count + p.spare()
	for _, w := range p.Workers {
		if w.Process.Phase == Abandoned {
			n++
		}
	}
	return n
}

// usedSlots is how many slots must stay: those that are wanted, and those above them that a worker still has.
func (p *Pool) usedSlots() int {
	n := p.slots()
	for _, w := range p.Workers {
		n = max(n, w.Slot+1)
	}
	for _, slot := range p.Lobby.slots() {
		n = max(n, slot+1)
	}
	return n
}

// open asks for what is missing of slots and listeners.
func (p *Pool) open(s *step) {
	if p.Opening > 0 || !p.TryAt.IsZero() || p.Listening && !p.Reopen && p.slots() <= p.Slots {
		return
	}
	p.Opening, p.Reopen, p.Holding = max(p.slots(), p.Slots), false, true
	s.do(Action{Do: Prepare, Generation: p.Generation, Slots: make([]int, p.Opening), Listen: p.def.Listen})
}

// opened reports that every listener that is wanted is open; a successor needs them all.
func (p *Pool) opened() bool { return p.Listening && p.Opening == 0 && !p.Reopen && p.TryAt.IsZero() }

func (p *Pool) prepared(s *step) {
	if p.Opening == 0 {
		return
	}
	p.Slots, p.Opening, p.Listening, p.Blind = p.Opening, 0, true, s.ev.Blind
	if p.Answer != nil {
		p.AnswerAgain = s.in.Now // at new listeners too
	}
	if p.Phase == Starting {
		p.Note = ""
	}
}

// notPrepared is a listener that could not be opened.
func (p *Pool) notPrepared(s *step) {
	if p.Opening == 0 {
		return
	}
	p.Opening = 0
	switch {
	case p.halted():
		// It was stopped meanwhile.
	case s.ev.Again && (s.ev.Full || s.in.Now.Before(p.OpenBy)):
		// The host is full just now, which is no failure of the unit, or another unit has yet to let go.
		p.Note, p.Reopen = s.ev.Err+"; tried again every second", true
		p.TryAt = s.in.Now.Add(tryAgain)
	case !p.Listening || p.Phase == Starting && len(p.Workers) == 0:
		p.Note = s.ev.Err
		p.refusedListeners(s)
	case p.Roll != nil && !p.Roll.Back:
		p.rollFailed(s, s.ev.Err)
	default:
		// No slots for more workers, or an old listener that is gone: it goes on with what it has.
		p.Note = s.ev.Err
		p.Count = min(p.Count, max(p.Slots-p.spare(), 1))
	}
}

// refusedListeners is a start that failed since an address could not be had; it follows the restart rules of
// the pool's app.
func (p *Pool) refusedListeners(s *step) {
	end := restart.End{Reason: units.ReasonExit, Code: -1}
	var decision restart.Decision
	decision, p.Streak = restart.Verdict(p.def.App.Restart, end, p.Streak, s.in.Now, s.in.Chance)
	if !decision.Restart {
		p.FailedSub = "start"
		if decision.Limit {
			p.FailedSub = "start-limit"
		}
		p.fail(s)
		return
	}
	if n := p.Streak.Failures; n > 1 {
		p.Note += ", " + restart.Ordinal(n) + " in a row"
	}
	p.phase(s, Backoff)
	p.Reopen = true
	p.TryAt = s.in.Now.Add(max(decision.Delay, tryAgain))
	p.AwaitsTurn = s.in.Grouped
	p.answerStart(s, false, p.Note)
	s.do(Action{Do: Failure, Reason: p.Note})
}

// tryInTurn is the time for another attempt, where that does not have to await its turn as well.
func (p *Pool) tryInTurn(s *step) {
	if p.AwaitsTurn {
		p.TryAt = time.Time{}
		return
	}
	p.tryAgain(s)
}

// turnCame is a job's word that what the pool is ordered after is there.
func (p *Pool) turnCame(s *step) {
	p.Asked = true
	if !p.AwaitsTurn {
		return
	}
	p.AwaitsTurn = false
	if p.TryAt.IsZero() {
		p.tryAgain(s)
	}
}

// tryAgain is the time for another attempt to open what could not be opened.
func (p *Pool) tryAgain(s *step) {
	p.TryAt, p.Note = time.Time{}, ""
	if p.Phase == Backoff {
		p.Restarts++
		p.Streak = p.Streak.Begin(s.in.Now)
		p.OpenBy = s.in.Now.Add(p.def.App.StartTimeout)
		p.phase(s, Starting)
	}
}

// trim gives back listeners and slots that nobody needs any more.
func (p *Pool) trim(s *step) {
	p.Slots = min(p.Slots, p.usedSlots())
	s.do(p.trimming(s.in.Run))
}

// trimming is a Trim to what the generations need that there are.
func (p *Pool) trimming(run uint64) Action {
	generations := []int{p.Generation}
	for _, w := range p.Workers {
		if !slices.Contains(generations, w.Generation) {
			generations = append(generations, w.Generation)
		}
	}
	return Action{Do: Trim, Run: run, Listen: p.def.Listen, Slots: make([]int, p.Slots), Generations: generations}
}

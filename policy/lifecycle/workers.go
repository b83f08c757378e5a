package lifecycle

import (
	"fmt"
	"slices"

	"unitd/units"
)

// reconcile brings the pool closer to what is wanted after every event: workers for each index, successors
// for a roll, steering to those that are ready, and the pool's own phase.
func (p *Pool) reconcile(s *step) {
	p.forget()
	if p.Stop != "" || p.Phase.Down() || p.Phase == "" {
		p.stopping(s)
		return
	}
	if !p.Preparing && p.Listening {
		p.fill(s)
		if p.Roll != nil {
			p.rolling(s)
		}
	}
	p.promote()
	p.shrink()
	p.forget()
	p.steer(s)
	p.retireReplaced(s)
	p.judge(s)
}

// forget drops retired workers that are gone.
func (p *Pool) forget() {
	p.Workers = slices.DeleteFunc(p.Workers, func(w *Worker) bool {
		return w.Role == Retiring && w.Process.Phase.Down()
	})
}

// stopping ends a stop once the last worker is gone.
func (p *Pool) stopping(s *step) {
	if p.Phase != Stopping {
		return
	}
	for _, w := range p.Workers {
		if w.Process.Phase == Abandoned {
			p.Note, p.FailedSub = w.Process.Note, "abandoned"
			p.phase(s, Abandoned)
			s.do(Action{Do: Settled, Asked: AskedStop, Reason: p.Note})
			return
		}
		if !w.Process.Phase.Down() {
			return
		}
	}
	p.Workers, p.Steered = nil, nil
	p.Note, p.FailedSub = "", ""
	p.phase(s, Inactive)
	s.do(Action{Do: Settled, Asked: AskedStart, Reason: "it was stopped meanwhile"})
	s.do(Action{Do: Settled, Asked: AskedStop, OK: true})
	p.release(s)
}

// fill starts a worker for each index that has none.
func (p *Pool) fill(s *step) {
	for index := 1; index <= p.Count; index++ {
		if p.serving(index) != nil {
			continue
		}
		if slot, free := p.freeSlot(); free {
			p.addWorker(s, index, slot, Serving)
		}
	}
}

func (p *Pool) serving(index int) *Worker {
	for _, w := range p.Workers {
		if w.Index == index && w.Role == Serving {
			return w
		}
	}
	return nil
}

func (p *Pool) freeSlot() (int, bool) {
	for slot := range p.slots() {
		if !slices.ContainsFunc(p.Workers, func(w *Worker) bool { return w.Slot == slot }) {
			return slot, true
		}
	}
	return 0, false
}

// usedSlots is how many slots must stay: those that are wanted, and those above them that a worker still has.
func (p *Pool) usedSlots() int {
	n := p.slots()
	for _, w := range p.Workers {
		n = max(n, w.Slot+1)
	}
	return n
}

func (p *Pool) addWorker(s *step, index, slot int, role Role) {
	p.NextKey++
	w := &Worker{
		Key: p.NextKey, Index: index, Slot: slot, Generation: p.Generation, Role: role,
		def: p.def, drainTimeout: p.def.Drain,
	}
	w.Process.worker = w
	w.Process.scope.Worker = &units.WorkerScope{Index: index, Count: p.Count}
	p.Workers = append(p.Workers, w)
	p.stepWorker(s, w, Event{Kind: StartWanted})
}

// promote lets a ready successor serve its index.
func (p *Pool) promote() {
	for _, w := range p.Workers {
		if w.Role != Successor || !w.Process.Phase.Up() {
			continue
		}
		if old := p.serving(w.Index); old != nil {
			old.Role = Retiring
		}
		w.Role = Serving
	}
}

// shrink retires the workers above the wanted number.
func (p *Pool) shrink() {
	for _, w := range p.Workers {
		if w.Index > p.Count && w.Role != Retiring {
			w.Role = Retiring
		}
	}
}

// retireReplaced drains and stops what no longer serves; it runs after steer, so that nothing new comes in.
func (p *Pool) retireReplaced(s *step) {
	for _, w := range slices.Clone(p.Workers) {
		if w.Role == Retiring && w.Process.Stop == "" {
			p.retire(s, w, p.steers())
		}
	}
	p.forget()
}

func (p *Pool) retire(s *step, w *Worker, drain bool) {
	w.Role = Retiring
	p.stepWorker(s, w, Event{Kind: StopWanted, For: ForStop, Drain: drain})
}

// steers reports whether the pool's workers have slots of their own to be steered.
func (p *Pool) steers() bool {
	return slices.ContainsFunc(p.def.Listen, func(l units.Listen) bool { return l.PerWorker })
}

// steer sends new connections to the ready workers; with none ready the last ones stay the target, so that
// connections wait in the queue of a worker that is about to come back.
func (p *Pool) steer(s *step) {
	if !p.steers() || !p.Listening {
		return
	}
	var ready, alive []int
	for _, w := range p.Workers {
		if w.Role != Serving {
			continue
		}
		alive = append(alive, w.Slot)
		if w.Process.Phase.Up() {
			ready = append(ready, w.Slot)
		}
	}
	to := ready
	if len(to) == 0 {
		to = alive
	}
	slices.Sort(to)
	if len(to) == 0 || slices.Equal(to, p.Steered) {
		return
	}
	p.Steered = to
	s.do(Action{Do: Steer, Slots: to})
}

// Ready counts the workers that serve.
func (p *Pool) Ready() int {
	n := 0
	for _, w := range p.Workers {
		if w.Role == Serving && w.Process.Phase.Up() {
			n++
		}
	}
	return n
}

// judge derives the pool's phase from its workers.
func (p *Pool) judge(s *step) {
	ready, gaveUp, tried := p.Ready(), 0, 0
	serving := 0
	for _, w := range p.Workers {
		if w.Role != Serving {
			continue
		}
		serving++
		switch w.Process.Phase {
		case Failed, Inactive, Abandoned:
			gaveUp++
			tried++
		case Backoff:
			tried++
		default:
			if w.Process.Restarts > 0 {
				tried++
			}
		}
	}
	need := min(max(p.def.MinReady, 1), p.Count)
	switch {
	case ready >= need:
		if p.Roll != nil {
			p.phase(s, Reloading)
		} else {
			p.phase(s, Active)
		}
		p.answerStart(s, true, "")
	case serving > 0 && gaveUp == serving && serving == p.Count:
		p.giveUp(s)
	case p.Phase == Starting && serving > 0 && tried == serving:
		p.answerStart(s, false, p.Note)
	}
}

func (p *Pool) answerStart(s *step, ok bool, why string) {
	if p.Settled {
		return
	}
	p.Settled = ok
	if ok {
		p.Note = ""
	}
	s.do(Action{Do: Settled, Asked: AskedStart, OK: ok, Reason: why})
}

// giveUp is a pool none of whose workers will be started again.
func (p *Pool) giveUp(s *step) {
	p.rollDropped(s, "no worker is left")
	p.FailedSub = "exit"
	for _, w := range p.Workers {
		if w.Process.FailedSub != "" {
			p.FailedSub = w.Process.FailedSub
			p.Note = fmt.Sprintf("worker %d: %s", w.Index, w.Process.Note)
		}
	}
	p.fail(s)
}

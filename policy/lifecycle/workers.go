package lifecycle

import (
	"fmt"
	"slices"

	"unitd/units"
)

// reconcile brings the pool closer to what is wanted after every event: listeners, workers for each index,
// steering to those that are ready, successors for a roll, and the pool's own phase.
func (p *Pool) reconcile(s *step) {
	p.forget()
	if p.halted() {
		p.Lobby = nil
		p.ending(s)
		p.attend(s)
		return
	}
	if p.Phase == Backoff {
		p.attend(s)
		return
	}
	p.open(s)
	if p.opened() {
		p.fill(s)
	}
	p.promote()
	p.shrink()
	back := p.attend(s)
	p.steer(s)
	if back {
		s.do(Action{Do: Admit})
	}
	p.retireReplaced(s)
	if p.Roll != nil {
		p.rolling(s)
	}
	p.recycle(s)
	p.steer(s) // perhaps to the replacement that comes
	p.open(s)  // an abandoned worker keeps its slot
	p.giveBack(s)
	p.judge(s)
}

// forget drops retired workers that are gone.
func (p *Pool) forget() {
	p.Workers = slices.DeleteFunc(p.Workers, func(w *Worker) bool {
		return w.Role == Retiring && w.Process.Phase.Down()
	})
}

// giveBack trims what a pool that was made smaller no longer needs.
func (p *Pool) giveBack(s *step) {
	if p.Roll != nil || !p.opened() || p.usedSlots() >= p.Slots {
		return
	}
	for _, w := range p.Workers {
		if w.Role == Retiring && w.Process.Phase != Abandoned {
			return
		}
	}
	p.trim(s)
}

// fill starts a worker for each index that has none.
func (p *Pool) fill(s *step) {
	for index := 1; index <= p.Count; index++ {
		if p.serving(index) != nil || p.successor(index) != nil {
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
	for slot := range p.Slots {
		if !slices.ContainsFunc(p.Workers, func(w *Worker) bool { return w.Slot == slot }) {
			return slot, true
		}
	}
	return 0, false
}

func (p *Pool) addWorker(s *step, index, slot int, role Role) {
	p.NextKey++
	w := &Worker{
		Key: p.NextKey, Index: index, Slot: slot, Generation: p.Generation, Role: role,
		def: p.def, drainTimeout: p.def.Drain,
	}
	w.Process.worker = w
	p.inherit(w)
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
			if p.Roll == nil {
				p.recycled(old)
			} else {
				old.Process.Note = fmt.Sprintf("replaced by generation %d", w.Generation)
			}
		}
		w.Role = Serving
	}
}

// shrink retires the workers above the wanted number.
func (p *Pool) shrink() {
	for _, w := range p.Workers {
		if w.Index > p.Count && w.Role != Retiring {
			w.Role = Retiring
			w.Process.Note = fmt.Sprintf("scaled to %d", p.Count)
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
	p.stepWorker(s, w, Event{Kind: StopWanted, For: ForStop, Drain: drain, Within: w.drainTimeout})
}

// steers reports whether each of the pool's workers can be given requests, or not.
func (p *Pool) steers() bool {
	return p.def.Proxy || slices.ContainsFunc(p.def.Listen, func(l units.Listen) bool { return l.PerWorker })
}

// relieves reports whether others can take the new connections of a worker.
func (p *Pool) relieves(w *Worker) bool {
	return p.steers() && slices.ContainsFunc(p.Workers, func(other *Worker) bool {
		return other != w && other.Role == Serving && other.Process.Phase.Up() && !other.Suspect
	})
}

// steer sends new connections to where they belong, unless the manager answers them.
func (p *Pool) steer(s *step) {
	p.wait(s.in.Now)
	if !p.steers() || !p.Listening || p.Answer != nil {
		return
	}
	to := p.targets()
	if slices.Equal(to, p.Steered) || len(to) == 0 && !p.def.Proxy {
		return
	}
	left := p.left()
	p.Steered = to
	s.do(Action{Do: Steer, Slots: to, HandOn: left})
}

// steerAway keeps requests from workers that are about to be stopped. Connections have to wait in some queue.
func (p *Pool) steerAway(s *step) {
	if p.def.Proxy && len(p.Steered) > 0 {
		p.Steered = nil
		s.do(Action{Do: Steer})
	}
}

// targets are the slots of the ready workers; if there are no others the lobby, or those of workers that accept nothing,
// fail their checks or are about to end themselves. With none ready they are those of workers that are about to come,
// so that connections wait in their queues; requests wait in the proxy. Those come first that need clients to become
// ready.
func (p *Pool) targets() []int {
	var ready, suspect, lacking, coming []int
	for _, w := range p.Workers {
		if p.Keeping != "" && w.Role != Retiring && w.Process.lacksClients() != "" {
			lacking = append(lacking, w.Slot)
		}
		if w.Role != Serving {
			continue
		}
		switch phase := w.Process.Phase; {
		case phase.Up() && (w.Suspect || w.Spent || w.Process.ailing()):
			suspect = append(suspect, w.Slot)
		case phase.Up():
			ready = append(ready, w.Slot)
		case !phase.Down() && phase != Abandoned && !p.def.Proxy:
			coming = append(coming, w.Slot)
		}
	}
	for _, to := range [][]int{ready, p.Lobby.slots(), suspect, lacking, coming} {
		if len(to) > 0 {
			slices.Sort(to)
			return to
		}
	}
	return nil
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
	ready, gaveUp, tried, serving, successors := p.Ready(), 0, 0, 0, 0
	for _, w := range p.Workers {
		switch w.Role {
		case Serving:
			serving++
			if phase := w.Process.Phase; phase.Down() || phase == Abandoned {
				gaveUp++
			}
			if w.Tried || w.Process.Phase.Down() || w.Process.Phase.Up() {
				tried++
			}
		case Successor:
			successors++
		}
	}
	switch {
	case ready >= min(max(p.def.MinReady, 1), p.Count):
		p.phase(s, p.up())
		p.answerStart(s, true, "")
	case serving > 0 && gaveUp == serving && serving == p.Count && successors == 0:
		p.giveUp(s)
	case p.Phase.Up() && p.Roll == nil && ready == 0:
		p.phase(s, Starting)
	case p.Phase.Up():
		p.phase(s, p.up())
	case serving > 0 && tried == serving:
		p.answerStart(s, false, p.reason())
	}
}

// up is the phase of a pool that serves.
func (p *Pool) up() Phase {
	if p.Roll != nil {
		return Reloading
	}
	return Active
}

// answerStart tells who asked for a start how it went. After a failed attempt the workers go on trying, and
// who bears that hears of a later success.
func (p *Pool) answerStart(s *step, ok bool, why string) {
	if !p.Asked {
		return
	}
	p.Asked = !ok
	s.do(Action{Do: Settled, Asked: AskedStart, OK: ok, Reason: why})
}

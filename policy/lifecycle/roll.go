package lifecycle

import (
	"fmt"
	"slices"

	"unitd/units"
)

// Roll is a rolling replacement of all workers by a new generation, `surge` at a time. The first of its
// workers that does not become ready ends it: what is new is dropped, what was replaced already is rolled
// back, and the old generation serves on.
type Roll struct {
	From int `json:"from"`
	To   int `json:"to"`
	// Back is set once the generation was given up; Why says why.
	Back bool   `json:"back,omitempty"`
	Why  string `json:"why,omitempty"`
	// Asked is set while somebody waits for the result.
	Asked bool `json:"asked,omitempty"`

	old, new *units.Pool
}

// beginRoll starts a rolling reload, to a new definition where the event brings one.
func (p *Pool) beginRoll(s *step) {
	if !p.Phase.Up() {
		why := "it is " + p.Phase.ActiveState()
		if p.Note != "" {
			why += ": " + p.Note
		}
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: why})
		return
	}
	if p.Roll != nil {
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: "it is reloading"})
		return
	}
	next := p.def
	if s.ev.Definition != nil && s.ev.Definition.Pool != nil {
		next = s.ev.Definition.Pool
	}
	p.Roll = &Roll{From: p.Generation, To: p.Generation + 1, Asked: true, old: p.def, new: next}
	p.Generation++
	p.def = next
	p.Note = ""
	p.phase(s, Reloading)
	if p.Scaled == 0 && next.Workers != p.Count {
		p.Count = next.Workers
	}
	p.prepareMore(s)
}

// rollFailed gives the new generation up.
func (p *Pool) rollFailed(s *step, culprit *Worker, why string) {
	r := p.Roll
	if r.Back {
		return // rolling back to what served before: its workers are restarted like any others
	}
	r.Back, r.Why = true, fmt.Sprintf("the new generation did not become ready: worker %d: %s", culprit.Index, why)
	r.From, r.To = r.To, r.From
	p.Generation, p.def = r.To, r.old
	if p.Scaled == 0 {
		p.Count = p.def.Workers
	}
	for _, w := range slices.Clone(p.Workers) {
		if w.Generation == r.From && w.Role == Successor {
			p.retire(s, w, false)
		}
	}
}

// rollDropped answers a reload that something else ended.
func (p *Pool) rollDropped(s *step, why string) {
	if p.Roll == nil {
		return
	}
	if p.Roll.Asked {
		s.do(Action{Do: Settled, Asked: AskedReload, Reason: why})
	}
	p.Roll = nil
}

// rolling moves the roll on: as many successors as surge allows, and the end when nothing old is left.
func (p *Pool) rolling(s *step) {
	r := p.Roll
	surge := max(p.def.Surge, 1)
	under, old := 0, 0
	for _, w := range p.Workers {
		switch {
		case w.Role == Successor:
			under++
		case w.Role == Retiring && w.Process.Phase != Stopping && w.Process.Phase != Killing:
			// A draining predecessor still holds a slot.
			under++
		case w.Role == Serving && w.Generation != p.Generation:
			old++
		}
	}
	for _, w := range slices.Clone(p.Workers) {
		if under >= surge {
			break
		}
		if w.Role != Serving || w.Generation == p.Generation || p.successor(w.Index) != nil || w.Index > p.Count {
			continue
		}
		if slot, free := p.freeSlot(); free {
			p.addWorker(s, w.Index, slot, Successor)
			under++
		}
	}
	if old == 0 && under == 0 {
		p.rollEnded(s, r)
	}
}

func (p *Pool) rollEnded(s *step, r *Roll) {
	p.Roll = nil
	p.Note = r.Why
	s.do(Action{Do: Trim, Listen: p.def.Listen, Slots: make([]int, p.usedSlots())})
	if r.Asked {
		s.do(Action{Do: Settled, Asked: AskedReload, OK: !r.Back, Reason: r.Why})
	}
}

func (p *Pool) successor(index int) *Worker {
	for _, w := range p.Workers {
		if w.Index == index && w.Role == Successor {
			return w
		}
	}
	return nil
}

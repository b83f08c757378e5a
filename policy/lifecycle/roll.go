package lifecycle

import (
	"slices"
	"time"

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
	// Kept is a generation whose workers stay although it was given up, since there is no way back; 0: none.
	Kept int `json:"kept,omitempty"`
	// Asked is set while somebody waits for the result.
	Asked bool `json:"asked,omitempty"`
	// Trimming is the Trim of what the new generation does not need, awaited until TrimBy before the result is
	// told; 0: not yet. Trimmed is set once it is done.
	Trimming uint64    `json:"trimming,omitempty"`
	TrimBy   time.Time `json:"trim_by,omitzero"`
	Trimmed  bool      `json:"trimmed,omitempty"`

	old, new *units.Pool
}

// beginRoll starts a rolling reload, to a new definition where the event brings one: of a pool that serves, or
// would like to.
func (p *Pool) beginRoll(s *step) {
	if !p.Phase.Up() && (p.Phase != Starting || len(p.Workers) == 0) {
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
	p.dropReplacements(s)
	p.Blamed = 0
	next := p.def
	if s.ev.Definition != nil && s.ev.Definition.Pool != nil {
		next = s.ev.Definition.Pool
	}
	p.LastGeneration++
	p.Roll = &Roll{From: p.Generation, To: p.LastGeneration, Asked: true, old: p.def, new: next}
	p.Generation, p.def = p.LastGeneration, next
	p.Note, p.Reopen, p.TryAt = "", true, time.Time{}
	p.OpenBy = s.in.Now.Add(next.App.StartTimeout)
	if p.Phase.Up() {
		p.phase(s, Reloading)
	} // else none of its workers gets ready; perhaps those of the new generation do
	p.Count = p.wanted(next)
}

// rollFailed gives the new generation up.
func (p *Pool) rollFailed(s *step, why string) {
	r := p.Roll
	if r.Back {
		return // rolling back to what served before: its workers are restarted like any others
	}
	r.Back, r.Why = true, "the new generation did not become ready: "+why
	r.From, r.To = r.To, r.From
	p.Generation, p.def = r.To, r.old
	p.Count = p.wanted(p.def)
	p.Reopen, p.TryAt = false, time.Time{}
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
	p.dropHopeless(r)
	old, under, coming := p.rolled(r)
	if len(old) == 0 && under == 0 && coming == 0 && p.Opening == 0 {
		p.rollEnded(s, r)
		return
	}
	if !p.opened() {
		return
	}
	surge := max(p.def.Surge, 1)
	for _, w := range old {
		if under >= surge {
			return
		}
		if p.successor(w.Index) != nil {
			continue
		}
		if slot, free := p.freeSlot(); free {
			p.addWorker(s, w.Index, slot, Successor)
			under++
		}
	}
}

// rolled tells how far a roll is: the workers that are still to be replaced, how many are under way to that, and how many
// are yet to come that the new generation has more than the old one.
func (p *Pool) rolled(r *Roll) (old []*Worker, under, coming int) {
	for _, w := range p.Workers {
		switch {
		case w.Role == Successor:
			under++
		case w.Role == Retiring && (w.Process.Phase == Draining || w.Process.Phase == Starting):
			under++ // it still has its slot, and will for a while
		case w.Role == Serving && w.Generation != p.Generation && w.Generation != r.Kept:
			old = append(old, w)
		case w.Role == Serving && !r.Back && w.Generation == r.To && !w.Proven:
			coming++
		}
	}
	return old, under, coming
}

// dropHopeless gives up the way back where a worker of the old generation cannot be started any more either:
// what has replaced it already stays.
func (p *Pool) dropHopeless(r *Roll) {
	for _, w := range p.Workers {
		if w.Role != Successor || !w.Process.Phase.Down() && w.Process.Phase != Abandoned {
			continue
		}
		w.Role, r.Kept = Retiring, r.From
		r.Why += "; the old one cannot be started any more either: " + w.Process.Note
	}
	p.forget()
}

// rollEnded tells the result once what the old generation listened on is closed.
func (p *Pool) rollEnded(s *step, r *Roll) {
	if r.Trimming == 0 {
		r.Trimming, r.TrimBy = s.in.Run, s.in.Now.Add(closeGrace)
		p.trim(s)
	}
	if !r.Trimmed {
		return
	}
	p.Roll = nil
	p.Note = r.Why
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

package lifecycle

import (
	"slices"

	"unitd/policy/restart"
	"unitd/units"
)

func (p *Pool) reset(s *step) {
	p.Restarts, p.Note, p.Streak = 0, "", restart.Streak{}
	for _, w := range slices.Clone(p.Workers) {
		gaveUp := w.Process.Phase == Failed
		p.stepWorker(s, w, Event{Kind: ResetWanted})
		if gaveUp && !p.halted() && w.Role == Serving {
			p.stepWorker(s, w, Event{Kind: StartWanted})
		}
	}
	if p.Phase == Failed {
		p.FailedSub = ""
		p.phase(s, Inactive)
	}
}

// scale changes how many workers are wanted; 0 goes back to what the unit file says.
func (p *Pool) scale(s *step) {
	p.Scaled, p.Blamed = s.ev.Count, 0
	if p.halted() {
		return
	}
	p.Count = p.wanted(p.def)
}

// wanted is how many workers there should be.
func (p *Pool) wanted(def *units.Pool) int {
	if p.Scaled > 0 {
		return p.Scaled
	}
	return def.Workers
}

// redefine takes what can change without replacing a worker: how many there are, and what redefines them.
func (p *Pool) redefine(s *step) {
	if p.halted() {
		return // the next start takes the new definition anyway
	}
	p.def = s.ev.Definition.Pool
	if p.Roll != nil && !p.Roll.Back {
		p.Roll.new = p.def
	}
	for _, w := range slices.Clone(p.Workers) {
		if w.Generation == p.Generation {
			w.def, w.drainTimeout = p.def, p.def.Drain
			p.stepWorker(s, w, s.ev)
		}
	}
	p.Count = p.wanted(p.def)
}

package engine

import (
	"unitd/policy/alert"
	"unitd/units"
)

// observe tells where a unit stands that alerts speak for, or did: one without any is told of so that it is forgotten.
func (e *Engine) observe(id units.ID, o alert.Observation) {
	if e.config.Observe == nil || e.defs[id] == nil {
		return
	}
	o.At = e.config.Wall().Round(0)
	o.InARow = e.units[id].InARow()
	e.config.Observe(e.defs[id], o)
}

// observeAll tells where all units stand. What was told before is no news to who is told.
func (e *Engine) observeAll() {
	for _, id := range sorted(e.units) {
		u := e.units[id]
		o := alert.Observation{Active: u.Phase().ActiveState(), Sub: u.Sub(), Reason: u.Note(), Past: true}
		if u.Pipeline != nil {
			for _, r := range u.Pipeline.Memory().Runs { // in the order of their ends
				if alert.IsNews(r) {
					o.Run = &r
				}
			}
		}
		e.observe(id, o)
	}
}

package engine

import (
	"unitd/policy/lifecycle"
	"unitd/units"
)

// pauseRecycling tells pools which pipeline is about to change the code that they serve, and when it is no more.
func (e *Engine) pauseRecycling() {
	by := map[units.ID]units.ID{}
	for _, id := range sorted(e.pipelines) {
		if u := e.units[id]; u != nil && u.Pipeline != nil {
			for _, unit := range u.Pipeline.Pausing() {
				by[unit] = id
			}
		}
	}
	for _, id := range sorted(e.units) {
		if u := e.units[id]; u != nil && u.Pool != nil && u.Pool.PausedBy != by[id] {
			e.step(id, lifecycle.Event{Kind: lifecycle.RecyclingPauses, Unit: by[id]})
		}
	}
}

package engine

import (
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// A start that somebody asked for fails with the first failed attempt: they wait for the answer. A start that
// nobody watches (at boot, say) bears failed attempts for as long as the unit goes on trying and its
// start_timeout lasts, so that what depends on it still starts when the second attempt succeeds.

// bear notes how long a start job is to bear failed attempts.
func (e *Engine) bear(j job.Job) {
	delete(e.patience, j.Unit) // of a start that came to nothing
	if j.Origin == job.WhyBoot {
		e.patience[j.Unit] = time.Now().Add(e.startTimeout(j.Unit))
	}
}

func (e *Engine) startTimeout(id units.ID) time.Duration {
	if p := e.defs[id].Process(); p != nil {
		return p.StartTimeout
	}
	return 0
}

// bears reports whether the start job of a unit bears one more failed attempt.
func (e *Engine) bears(id units.ID) bool {
	until, ok := e.patience[id]
	if !ok || !time.Now().Before(until) {
		return false
	}
	phase := e.units[id].Phase()
	return phase == lifecycle.Backoff || phase == lifecycle.Starting
}

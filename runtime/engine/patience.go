package engine

import (
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// A start that somebody asked for fails with the first failed attempt: they wait for the answer. A start that
// nobody watches (at boot, say) bears failed attempts for as long as the unit goes on trying and its
// start_timeout lasts, so that what depends on it still starts when the second attempt succeeds. Where a
// supervisor restarts others with it, these wait for as long as it goes on trying.

// bear notes how long a start job is to bear failed attempts.
func (e *Engine) bear(j job.Job) {
	delete(e.patience, j.Unit) // of a start that came to nothing
	switch {
	case j.Origin == "":
	case e.units[j.Unit].AwaitsTurn():
		e.patience[j.Unit] = time.Time{}
	case j.Origin == job.WhyBoot:
		e.patience[j.Unit] = e.now().Add(e.startTimeout(j.Unit))
	}
}

func (e *Engine) startTimeout(id units.ID) time.Duration {
	if p := e.defs[id].Process(); p != nil {
		return p.StartTimeout
	}
	return 0
}

// bears reports whether a start job bears one more failed attempt.
func (e *Engine) bears(j job.Job) bool {
	until, ok := e.patience[j.Unit]
	if !ok || j.Origin == "" || !until.IsZero() && !e.now().Before(until) {
		return false
	}
	phase := e.units[j.Unit].Phase()
	return phase == lifecycle.Backoff || phase == lifecycle.Starting
}

// hasten tells what goes on trying to start that somebody waits for it now: the next attempt is due at once.
func (e *Engine) hasten(tx job.Transaction) {
	_, jobs, _ := e.jobs.Transaction(tx.ID)
	for _, j := range jobs {
		if j.State != job.Running || j.Now != job.Start || j.Origin != "" {
			continue
		}
		if u := e.units[j.Unit]; u.Phase() == lifecycle.Backoff || u.Pool != nil {
			e.step(j.Unit, lifecycle.Event{Kind: lifecycle.StartWanted})
		}
	}
}

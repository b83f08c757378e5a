package engine

import (
	"time"

	"unitd/policy/job"
	"unitd/units"
)

// FirstRevision is that of what an engine begins with.
const FirstRevision = 1

// InForce says how what is in force stands to what was applied.
type InForce struct {
	// Revision is another one after each change of the definitions in force.
	Revision uint64
	// Reads is another one after a program has been started with the contents of files, or has ended that was.
	Reads uint64
	// AppliedAt is when they were applied. An apply of which nothing is left has not been one.
	AppliedAt time.Time
	// Applying is set while what an apply has begun goes on.
	Applying bool
}

// InForce describes what is in force.
func (m *Model) InForce() InForce {
	return InForce{Revision: m.e.revision, Reads: m.e.reads, AppliedAt: m.e.appliedAt, Applying: len(m.e.applying) > 0}
}

// applied is an apply whose transaction has not ended: what to go back to where the new definition fails.
type applied struct {
	old, new   map[units.ID]*units.Unit
	at, before time.Time
	changes    int
}

// noteApplied begins an apply. It keeps the definitions that were in force of what is restarted or rolled.
func (e *Engine) noteApplied(changes []units.Change, old *units.Set) *applied {
	a := &applied{
		old: map[units.ID]*units.Unit{}, new: e.set.Units,
		at: e.now(), before: e.appliedAt, changes: len(changes),
	}
	for _, c := range changes {
		if u := old.Units[c.ID]; u != nil && c.Verdict != units.Live && c.Verdict != units.Scaled && c.Verdict != units.Removed {
			a.old[c.ID] = u
		}
	}
	e.appliedAt = a.at
	return a
}

// applyEnded puts the old definition back in force where the new one did not become ready, and starts it
// again unless it never stopped.
func (e *Engine) applyEnded(tx job.Transaction) {
	a := e.applying[tx.ID]
	if a == nil {
		return
	}
	delete(e.applying, tx.ID)
	var back []*units.Unit
	var ids, start []units.ID
	_, jobs, _ := e.jobs.Transaction(tx.ID)
	for _, j := range jobs {
		old := a.old[j.Unit]
		if old == nil || j.Result.OK() || j.Result == job.Canceled {
			continue
		}
		if e.defs[j.Unit] != a.new[j.Unit] || e.leaving[j.Unit] {
			continue // a later apply has decided otherwise
		}
		back, ids = append(back, old), append(ids, j.Unit)
		if u := e.units[j.Unit]; u != nil && !u.Phase().Up() {
			start = append(start, j.Unit)
		}
	}
	if len(back) == 0 {
		e.config.Logger.Info("applied", "changes", a.changes, "result", tx.Result)
		return
	}
	e.config.Logger.Warn("apply failed: the definitions before stay in force", "units", ids, "reason", tx.Reason)
	if len(back) == a.changes && e.appliedAt.Equal(a.at) {
		e.appliedAt = a.before
	}
	e.adopt(e.set.With(back...))
	e.observeAll()
	e.submit(job.Request{Kind: job.Restart, Units: start, Why: "went back to the definition before"})
}

package engine

import (
	"slices"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// applied is an apply whose transaction has not ended: what to go back to where the new definition fails.
type applied struct {
	old, new map[units.ID]*units.Unit
}

// Plan lists what Apply would change.
func (m *Model) Plan(next *units.Set) []units.Change { return units.Diff(m.e.files(), next) }

// files is the set as the unit files had it: without units on their way out.
func (e *Engine) files() *units.Set {
	if len(e.leaving) == 0 {
		return e.set
	}
	return e.set.Without(sorted(e.leaving)...)
}

// Apply puts new definitions in force and makes one transaction of what follows for what runs; a transaction
// of id 0 says that no process is touched. With keep, what runs is left alone.
func (m *Model) Apply(next *units.Set, keep bool) ([]units.Change, job.Transaction, error) {
	e := m.e
	if e.draining {
		return nil, job.Transaction{}, ErrDraining
	}
	changes := m.Plan(next)
	e.endOverrides(next)
	old := e.set
	e.leaving, e.templates = map[units.ID]bool{}, map[units.ID]*units.Unit{}
	var leaving []*units.Unit
	for id := range e.units {
		switch u := next.Units[id]; {
		case u != nil && u.TemplateOf == "":
			continue
		case u != nil: // a pool runs it from now on
			e.templates[id] = u
		}
		e.leaving[id] = true
		leaving = append(leaving, e.defs[id])
	}
	if len(leaving) > 0 {
		next = next.With(leaving...)
	}
	e.adopt(next)
	for _, id := range sorted(e.leaving) {
		e.leave(id)
	}
	e.changed = true
	if !keep {
		e.moveListeners(old, next)
	}
	requests := e.requests(changes, keep)
	if len(requests) == 0 {
		return changes, job.Transaction{}, nil
	}
	tx, ended, err := e.jobs.Submit(e.view(), requests...)
	if err == nil {
		e.applying[tx.ID] = goBack(changes, old, e.set)
	}
	e.follow(ended)
	return changes, tx, err
}

// moveListeners hands each listener whose address another unit has from now on to that unit.
func (e *Engine) moveListeners(old, next *units.Set) {
	owners := map[string]units.ID{}
	for id, u := range old.Units {
		for _, l := range u.Listeners() {
			owners[l.Address] = id
		}
	}
	for id, u := range next.Units {
		if e.leaving[id] {
			continue
		}
		for _, l := range u.Listeners() {
			if from := owners[l.Address]; from != "" && from != id {
				e.config.Executor.Move(from, id, l)
			}
		}
	}
}

// endOverrides drops the overrides of values that the unit files have changed, and of units that they no longer have.
func (e *Engine) endOverrides(next *units.Set) {
	before := len(e.overrides.Enabled) + len(e.overrides.Workers) + len(e.overrides.Maintenance)
	for id := range e.overrides.Enabled {
		if u, was := next.Units[id], e.defs[id]; u == nil || was == nil || u.Enabled != was.Enabled {
			delete(e.overrides.Enabled, id)
		}
	}
	for id := range e.overrides.Workers {
		if u, was := next.Units[id], e.defs[id]; u == nil || was == nil || u.Pool.Workers != was.Pool.Workers {
			delete(e.overrides.Workers, id)
		}
	}
	for id := range e.overrides.Maintenance {
		if u := next.Units[id]; u == nil || u.Pool.Unavailable == nil {
			delete(e.overrides.Maintenance, id)
		}
	}
	if before != len(e.overrides.Enabled)+len(e.overrides.Workers)+len(e.overrides.Maintenance) {
		e.persist()
	}
}

// requests is what the changes mean for what runs. What was stopped stays stopped, and a oneshot that has
// finished does not run again.
func (e *Engine) requests(changes []units.Change, keep bool) []job.Request {
	lists := map[job.Kind][]units.ID{}
	for _, c := range changes {
		u := e.units[c.ID]
		switch c.Verdict {
		case units.Live, units.Scaled:
			e.step(c.ID, lifecycle.Event{Kind: lifecycle.Redefined, Definition: e.defs[c.ID]})
			continue
		}
		if keep || u == nil {
			continue
		}
		running := !u.Phase().Down()
		switch c.Verdict {
		case units.Added:
			if e.enabled(c.ID) && !e.staysDown(c.ID, changes) {
				lists[job.Start] = append(lists[job.Start], c.ID)
			}
		case units.Removed:
			if running {
				lists[job.Stop] = append(lists[job.Stop], c.ID)
			}
		case units.Rolled, units.Reloaded:
			if u.Phase().Up() {
				lists[job.Reload] = append(lists[job.Reload], c.ID)
			} else if running {
				lists[job.Restart] = append(lists[job.Restart], c.ID)
			}
		case units.Restarted, units.Replaced:
			if running && !u.Finished() {
				lists[job.Restart] = append(lists[job.Restart], c.ID)
			}
		}
	}
	var requests []job.Request
	for _, kind := range []job.Kind{job.Stop, job.Restart, job.Reload, job.Start} {
		if len(lists[kind]) > 0 {
			requests = append(requests, job.Request{Kind: kind, Units: lists[kind], Why: "applied"})
		}
	}
	return requests
}

// staysDown reports a new member of a supervisor that does not run: it will start with that.
func (e *Engine) staysDown(id units.ID, changes []units.Change) bool {
	supervisor := e.units[e.defs[id].Supervisor]
	if supervisor == nil || !supervisor.Phase().Down() {
		return false
	}
	return !slices.ContainsFunc(changes, func(c units.Change) bool {
		return c.ID == supervisor.ID && c.Verdict == units.Added
	})
}

// goBack keeps the definitions that were in force of what is restarted or rolled.
func goBack(changes []units.Change, old, next *units.Set) *applied {
	a := &applied{old: map[units.ID]*units.Unit{}, new: next.Units}
	for _, c := range changes {
		if u := old.Units[c.ID]; u != nil && c.Verdict != units.Live && c.Verdict != units.Scaled && c.Verdict != units.Removed {
			a.old[c.ID] = u
		}
	}
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
	_, jobs, _ := e.jobs.Transaction(tx.ID)
	var back []*units.Unit
	var start []units.ID
	for _, j := range jobs {
		old := a.old[j.Unit]
		if old == nil || j.Result.OK() || j.Result == job.Canceled {
			continue
		}
		if e.defs[j.Unit] != a.new[j.Unit] || e.leaving[j.Unit] {
			continue // a later apply has decided otherwise
		}
		back = append(back, old)
		if u := e.units[j.Unit]; u != nil && !u.Phase().Up() {
			start = append(start, j.Unit)
		}
	}
	if len(back) == 0 {
		return
	}
	e.adopt(e.set.With(back...))
	e.submit(job.Request{Kind: job.Restart, Units: start, Why: "went back to the definition before"})
}

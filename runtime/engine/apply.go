package engine

import (
	"slices"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// Plan lists what Apply would change.
func (m *Model) Plan(next *units.Set) []units.Change { return units.Diff(m.e.asRead(next), next) }

// readsFiles reports a unit whose programs are started with the contents of files.
func readsFiles(def *units.Unit) bool {
	p := def.Process()
	return p != nil && len(p.EnvFiles)+len(p.SecretFiles) > 0
}

// asRead is the set as the unit files had it, with the contents of env_files and secrets that what runs has read: a restart by
// hand, a crash or a rolling reload has taken changes up, and nothing of them is left to apply.
func (e *Engine) asRead(next *units.Set) *units.Set {
	set := e.files()
	var others []*units.Unit
	for _, id := range sorted(e.units) {
		was, is := set.Units[id], next.Units[id]
		if was == nil || is == nil || is.Process() == nil || !readsFiles(was) {
			continue
		}
		now, all := is.Process().Contents(), e.units[id].HasRead()
		i := slices.IndexFunc(all, func(read units.Contents) bool { return read == nil || !read.Of(now) })
		switch {
		case i < 0:
			others = append(others, was.AsNow(is))
		case all[i] != nil && was.Process().Contents().Of(now): // it began under a manager before this one
			others = append(others, was.Unlike(all[i]))
		}
	}
	if len(others) == 0 {
		return set
	}
	return set.With(others...)
}

// Consequences lists what Apply would start, stop and restart beside the units that change; nothing where it would be refused.
func (m *Model) Consequences(next *units.Set) []job.Consequence {
	e := m.e
	all, _, _ := e.withLeaving(next)
	view := job.View{Set: all, Enabled: e.overridesUnder(next).enabledIn(all), Activity: e.activity}
	// What is refused is told by Apply.
	list, _ := e.jobs.Check(view, e.requests(view, m.Plan(next))...)
	return list
}

// files is the set as the unit files had it: without units on their way out.
func (e *Engine) files() *units.Set {
	if len(e.leaving) == 0 {
		return e.set
	}
	return e.set.Without(sorted(e.leaving)...)
}

// Apply puts new definitions in force and makes one transaction of what follows for what runs; a transaction
// of id 0 says that no process is touched. With keep, what runs is left alone. After an error nothing has
// changed.
func (m *Model) Apply(next *units.Set, keep bool) ([]units.Change, job.Transaction, error) {
	e := m.e
	if e.draining {
		return nil, job.Transaction{}, ErrDraining
	}
	changes, old := m.Plan(next), e.set
	overrides := e.overridesUnder(next)
	all, leaving, templates := e.withLeaving(next)
	view := job.View{Set: all, Enabled: overrides.enabledIn(all), Activity: e.activity}
	var requests []job.Request
	if !keep {
		requests = e.requests(view, changes)
	}
	if _, err := e.jobs.Check(view, requests...); err != nil {
		return changes, job.Transaction{}, err
	}
	e.override(overrides)
	e.leaving, e.templates = leaving, templates
	e.adopt(all)
	applied := e.noteApplied(changes, old)
	for _, id := range sorted(e.leaving) {
		e.leave(id)
	}
	if !keep {
		e.moveListeners(old, all)
	}
	e.redefine(changes, keep)
	e.observeAll()
	e.setTimers()
	e.forgetLost(next)
	e.changed = true
	if len(requests) == 0 {
		e.config.Logger.Info("applied", "changes", len(changes))
		return changes, job.Transaction{}, nil
	}
	tx, ended, err := e.jobs.Submit(e.view(), requests...)
	if err == nil {
		e.applying[tx.ID] = applied
	}
	e.follow(ended)
	return changes, tx, err
}

// withLeaving adds to a set the units that run and that it does not have, until they have stopped. templates
// are apps that a pool runs from then on.
func (e *Engine) withLeaving(next *units.Set) (all *units.Set, leaving map[units.ID]bool, templates map[units.ID]*units.Unit) {
	leaving, templates = map[units.ID]bool{}, map[units.ID]*units.Unit{}
	var stay []*units.Unit
	for id := range e.units {
		u := next.Units[id]
		if u != nil && u.TemplateOf == "" {
			continue
		}
		if u != nil {
			templates[id] = u
		}
		leaving[id] = true
		stay = append(stay, e.defs[id])
	}
	if len(stay) > 0 {
		next = next.With(stay...)
	}
	return next, leaving, templates
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

// overridesUnder is what is left of the overrides under new unit files: they end when these change the value, or have
// the unit no more.
func (e *Engine) overridesUnder(next *units.Set) Overrides {
	left := e.overrides.clone()
	for id := range left.Enabled {
		if u, was := next.Units[id], e.defs[id]; u == nil || was == nil || u.Enabled != was.Enabled {
			delete(left.Enabled, id)
		}
	}
	for id := range left.Workers {
		if u, was := next.Units[id], e.defs[id]; u == nil || was == nil || u.Pool.Workers != was.Pool.Workers {
			delete(left.Workers, id)
		}
	}
	for id := range left.Maintenance {
		if u := next.Units[id]; u == nil || u.Pool.Unavailable == nil {
			delete(left.Maintenance, id)
		}
	}
	return left
}

// count is how many values are overridden, which unit files may end.
func (o Overrides) count() int { return len(o.Enabled) + len(o.Workers) + len(o.Maintenance) }

// override puts overrides in force.
func (e *Engine) override(o Overrides) {
	ended := o.count() < e.overrides.count()
	e.overrides = o
	if ended {
		e.persist()
	}
}

// redefine tells units of new attributes that they can take while they run. A new number of workers waits for
// the next reload where what runs is to be left alone.
func (e *Engine) redefine(changes []units.Change, keep bool) {
	for _, c := range changes {
		if c.Verdict == units.Live || c.Verdict == units.Scaled && !keep {
			e.step(c.ID, lifecycle.Event{Kind: lifecycle.Redefined, Definition: e.defs[c.ID]})
		}
	}
}

// requests is what the changes mean for what runs. What was stopped stays stopped, and a oneshot that has
// finished does not run again.
func (e *Engine) requests(view job.View, changes []units.Change) []job.Request {
	lists := map[job.Kind][]units.ID{}
	for _, c := range changes {
		if c.Verdict == units.Added {
			if c.ID.Kind() != units.KindJob && c.ID.Kind() != units.KindPipeline && view.Enabled(c.ID) && !e.staysDown(view.Set.Units[c.ID], changes) {
				lists[job.Start] = append(lists[job.Start], c.ID)
			}
			continue
		}
		u := e.units[c.ID]
		if u == nil {
			continue
		}
		if u.Phase().Down() {
			if _, waits := e.jobs.Of(c.ID); waits && c.Verdict == units.Removed {
				lists[job.Stop] = append(lists[job.Stop], c.ID) // else it would start as soon as it need not wait any more
			}
			continue
		}
		switch c.Verdict {
		case units.Removed:
			lists[job.Stop] = append(lists[job.Stop], c.ID)
		case units.Rolled, units.Reloaded:
			if u.Phase().Up() {
				lists[job.Reload] = append(lists[job.Reload], c.ID)
			} else {
				lists[job.Restart] = append(lists[job.Restart], c.ID)
			}
		case units.Restarted, units.Replaced:
			if !u.Finished() {
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
func (e *Engine) staysDown(u *units.Unit, changes []units.Change) bool {
	supervisor := e.units[u.Supervisor]
	if supervisor == nil || !supervisor.Phase().Down() {
		return false
	}
	return !slices.ContainsFunc(changes, func(c units.Change) bool {
		return c.ID == supervisor.ID && c.Verdict == units.Added
	})
}

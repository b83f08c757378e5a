package engine

import (
	"maps"
	"slices"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// runsAhead is by how many runs the numbers of a manager begin beyond those that the last one has recorded, since it may
// have begun runs after that. It is a multiple of RunsPerStep.
// The chance in it keeps apart what managers begin that die one after the other before they have recorded anything.
const (
	runsAhead = 1 << 40
	runsApart = 1 << 24
)

// Resume takes over the state that a manager has recorded which died, in place of that of New. It is called before Run.
// The actions that follow go to the executor, which must have taken over what is left of that manager by the trees that
// Resume returns, before anything of them is done. What there is no definition of is not taken over.
func (e *Engine) Resume(saved Saved) {
	saved.rebase(e.now(), e.config.Up())
	e.lastRun = saved.LastRun + runsAhead + lifecycle.RunsPerStep*uint64(e.config.Chance()*runsApart)
	e.appliedAt = saved.AppliedAt
	var outdated []units.ID
	for _, id := range slices.Sorted(maps.Keys(saved.Units)) {
		s := saved.Units[id]
		switch u := e.units[id]; {
		case u == nil || s.State == nil || !sameMachine(u, s.State):
		case s.State.Outdated(e.memories[id]):
			outdated = append(outdated, id) // its memory counts, which New has recalled
		default:
			e.units[id] = s.State
		}
	}
	if saved.Jobs != nil {
		e.jobs = *saved.Jobs
	}
	if saved.Patience != nil {
		e.patience = saved.Patience
	}
	if saved.Dragged != nil {
		e.dragged = saved.Dragged
	}
	if saved.Causes != nil {
		e.causes = saved.Causes
	}
	if saved.Successions != nil {
		e.successions = saved.Successions
	}
	for _, id := range sorted(e.units) {
		u, def := e.units[id], e.defs[id]
		if _, known := saved.Units[id]; !known {
			e.unknown = append(e.unknown, id)
			continue
		}
		in := e.in(def)
		in.HandedOver = saved.HandedOver
		actions := u.Resume(def, in)
		if readsFiles(def) { // with what they held then
			e.reads++
		}
		if p := u.Pool; p != nil {
			p.Scaled, p.Maintenance = e.overrides.Workers[id], e.overrides.Maintenance[id]
		}
		e.deadlines.set(id, u.Deadline())
		e.resumed = append(e.resumed, resumption{id, actions})
	}
	e.follow(e.jobs.Purge(e.set.Graph(), func(id units.ID) bool { return e.units[id] != nil }))
	for _, id := range outdated {
		if j, busy := e.jobs.Of(id); busy && j.State == job.Running {
			e.follow(e.jobs.Finish(e.view(), id, j.Now, job.Failed, "the manager was killed as it began"))
		}
	}
}

// Rejoin goes on from a Resume. What was decided in the last moment of the manager before may not have been recorded:
// units that it knew nothing of are new ones, and what people have stopped is stopped.
func (m *Model) Rejoin() {
	e := m.e
	view := e.view()
	view.Enabled = func(id units.ID) bool {
		return e.enabled(id) && !e.overrides.Stopped[id] && slices.Contains(e.unknown, id)
	}
	if request := job.Boot(view); len(e.unknown) > 0 {
		e.submitIn(view, request)
	}
	var stop []units.ID
	for _, id := range sorted(e.overrides.Stopped) {
		if u := e.units[id]; u != nil && !u.Phase().Down() && u.Phase() != lifecycle.Stopping && u.Phase() != lifecycle.Killing {
			stop = append(stop, id)
		}
	}
	e.submit(job.Request{Kind: job.Stop, Units: stop, Why: "it was stopped by hand"})
	e.unknown = nil
	e.rememberAll()
	e.setTimers()
	e.settlePipelines()
	e.changed = true
}

// resumption is what is to be done for a unit that was taken over.
type resumption struct {
	unit    units.ID
	actions []lifecycle.Action
}

func sameMachine(a, b *lifecycle.Unit) bool {
	return (a.Process == nil) == (b.Process == nil) && (a.Timer == nil) == (b.Timer == nil) && (a.Pool == nil) == (b.Pool == nil) && (a.Pipeline == nil) == (b.Pipeline == nil) &&
		(a.Delay == nil) == (b.Delay == nil) && (a.Supervisor == nil) == (b.Supervisor == nil)
}

// Trees lists what process trees there may be of each unit.
func (e *Engine) Trees() map[units.ID][]lifecycle.Tree {
	all := map[units.ID][]lifecycle.Tree{}
	for id, u := range e.units {
		if list := u.Trees(); len(list) > 0 {
			all[id] = list
		}
	}
	return all
}

// Definitions are those of all units that there are.
func (e *Engine) Definitions() map[units.ID]*units.Unit { return maps.Clone(e.defs) }

// resume hands over the actions that follow from a Resume.
func (e *Engine) resume() {
	for _, r := range e.resumed {
		var effects []lifecycle.Action
		for _, a := range r.actions {
			if a.Do.Effect() {
				effects = append(effects, a)
			}
		}
		if len(effects) > 0 {
			e.config.Executor.Do(e.defs[r.unit], effects)
		}
		for _, a := range r.actions {
			if !a.Do.Effect() {
				e.consider(r.unit, a)
			}
		}
	}
	e.resumed = nil
}

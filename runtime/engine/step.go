package engine

import (
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// runJobs starts every job that waits for nobody any more.
func (e *Engine) runJobs() {
	for {
		begun, changes := e.jobs.Begin(e.view())
		e.follow(changes)
		if len(begun) == 0 {
			return
		}
		for _, j := range begun {
			// What an earlier one brought about may have canceled a later one.
			if e.jobs.Runs(j) {
				e.begin(j)
			}
			e.changed = true
		}
	}
}

// begin tells a unit what its job is to do now.
func (e *Engine) begin(j job.Job) {
	ev := lifecycle.Event{}
	switch j.Now {
	case job.Start:
		ev.Kind = lifecycle.StartWanted
		if j.Origin != "" { // else somebody asked for it meanwhile
			ev.Cause = e.causes[j.Unit]
			if e.units[j.Unit].AwaitsTurn() {
				ev.Kind = lifecycle.TurnCame
			}
		}
		delete(e.causes, j.Unit)
		e.bear(j)
	case job.Stop:
		ev.Kind, ev.For = lifecycle.StopWanted, lifecycle.ForStop
		if j.Kind != job.Stop {
			ev.For = lifecycle.ForRestart
		}
	case job.Reload:
		ev.Kind, ev.Definition = lifecycle.ReloadWanted, e.defs[j.Unit]
	}
	e.step(j.Unit, ev)
}

// step moves one unit on by one event and sees to what policy decided.
func (e *Engine) step(id units.ID, ev lifecycle.Event) {
	u, def := e.units[id], e.defs[id]
	if u == nil || def == nil {
		return // it was removed meanwhile
	}
	before := e.look(u)
	actions := u.Step(def, ev, e.in(def))
	if (ev.Kind == lifecycle.Spawned || ev.Kind == lifecycle.Emptied) && readsFiles(def) {
		e.reads++
	}
	e.deadlines.set(id, u.Deadline())
	e.touch(id)
	e.remember(u)
	var effects []lifecycle.Action
	for _, a := range actions {
		if a.Do.Effect() {
			effects = append(effects, a)
		}
	}
	if len(effects) > 0 {
		e.config.Executor.Do(def, effects)
	}
	e.tell(u, before.State, actions)
	e.compare(u, before)
	for _, a := range actions {
		if e.units[id] != u {
			return // it was on its way out, and has been forgotten
		}
		if !a.Do.Effect() {
			e.consider(id, a)
		}
	}
	e.recover(id, before)
	e.settlePipeline(id)
	if u.Pipeline != nil {
		e.pauseRecycling()
	}
	e.leave(id)
}

// in is what a step may know beside the event.
func (e *Engine) in(def *units.Unit) lifecycle.In {
	e.lastRun += lifecycle.RunsPerStep
	return lifecycle.In{
		Now: e.now(), Wall: e.config.Wall(), Boot: e.config.Boot, Chance: e.config.Chance(), Grouped: e.grouped(def),
		Run: e.lastRun, Invocation: e.config.Invocation(),
	}
}

// consider acts on what concerns other units, or who asked.
func (e *Engine) consider(id units.ID, a lifecycle.Action) {
	switch a.Do {
	case lifecycle.Settled:
		e.settled(id, a)
	case lifecycle.Failure:
		e.memberFailed(id, a.Reason)
	case lifecycle.RestartMembers:
		e.restartMembers(id, a.Members[0], a.Reason)
	case lifecycle.StopMembers:
		e.stopMembers(id, a.Reason)
	case lifecycle.StartMembers:
		e.startMembers(id)
	case lifecycle.StartSelf:
		e.startSelf(id, a.Reason, a.OK)
	case lifecycle.Ended:
		e.ended(id, a)
	default:
		e.considerPipeline(id, a)
	}
}

// settled ends the job that asked for what has come to its end.
func (e *Engine) settled(id units.ID, a lifecycle.Action) {
	j, ok := e.jobs.Of(id)
	if !ok || string(j.Now) != string(a.Asked) {
		return
	}
	result := job.Done
	switch {
	case !a.OK && e.starting(id):
		e.follow(e.jobs.GiveUp(e.view(), id, a.Reason))
		e.changed = true
		return
	case j.State != job.Running, !a.OK && j.Now == job.Start && e.bears(j):
		return
	case !a.OK:
		result = job.Failed
	}
	delete(e.patience, id)
	e.follow(e.jobs.Finish(e.view(), id, j.Now, result, a.Reason))
	e.changed = true
}

// submitEach submits requests that follow from what happened.
func (e *Engine) submitEach(requests []job.Request) {
	for _, r := range requests {
		e.submit(r)
	}
}

// submit enters a request that nobody waits for.
func (e *Engine) submit(r job.Request) job.Transaction { return e.submitIn(e.view(), r) }

func (e *Engine) submitIn(view job.View, requests ...job.Request) job.Transaction {
	if e.draining || len(requests[0].Units) == 0 {
		return job.Transaction{}
	}
	tx, changes, err := e.jobs.Submit(view, requests...)
	e.follow(changes)
	if err != nil {
		r := requests[0]
		e.config.Logger.Warn("submit", "kind", r.Kind, "units", r.Units, "why", r.Why, "error", err)
	}
	e.changed = true
	return tx
}

// follow sees to jobs that have ended without their unit having been told.
func (e *Engine) follow(changes job.Changes) {
	for _, j := range changes.Jobs {
		u := e.units[j.Unit]
		if u == nil {
			continue
		}
		_, busy := e.jobs.Of(j.Unit)
		switch {
		case j.Result == job.Dependency && (u.Phase().Down() || u.AwaitsTurn()):
			// A restart that was given up before it began leaves its unit running.
			e.step(j.Unit, lifecycle.Event{Kind: lifecycle.Blocked, Err: j.Reason})
			e.blocked(j.Unit)
		case u.Holds() && !busy:
			// The start that a restart had promised was canceled.
			e.step(j.Unit, lifecycle.Event{Kind: lifecycle.StopWanted, For: lifecycle.ForStop})
		case j.Result == job.Canceled, j.Now == job.Reload: // of a start that failed its supervisor decides
			e.letGo(j.Unit)
		}
		e.forgo(j)
		e.leave(j.Unit)
	}
	if len(changes.Transactions) > 0 { // somebody may be told so, and rely on it
		e.saveNow()
	}
	for _, tx := range changes.Transactions {
		e.applyEnded(tx)
		e.changed = true
	}
	if len(changes.Jobs)+len(changes.Transactions) > 0 {
		e.settlePipelines()
	}
}

// recover starts the units that could not start because of this one, once it has come up by itself.
func (e *Engine) recover(id units.ID, before glance) {
	u := e.units[id]
	if e.draining || u == nil || !u.Phase().Up() || before.up {
		return
	}
	var waiting []units.ID
	graph := e.set.Graph()
	for _, list := range [][]units.ID{graph.RequiredBy(id), graph.BoundBy(id)} {
		for _, other := range list {
			if w := e.units[other]; w != nil && w.Blocked() && w.Timer == nil && w.Pipeline == nil && !e.overrides.Stopped[other] {
				waiting = append(waiting, other)
			}
		}
	}
	e.submit(job.Request{Kind: job.Start, Units: waiting, Why: string(id) + " has recovered"})
}

// forsake tells an abandoned unit, which no stop job reaches since it counts as failed, not to start again by
// itself once it is rid of its processes.
func (e *Engine) forsake(id units.ID) {
	if u := e.units[id]; u != nil && u.Phase() == lifecycle.Abandoned {
		e.step(id, lifecycle.Event{Kind: lifecycle.StopWanted, For: lifecycle.ForStop})
	}
}

// leave forgets a unit that the unit files no longer have, once nothing of it is left.
func (e *Engine) leave(id units.ID) {
	if !e.leaving[id] || e.units[id] == nil || !e.units[id].Phase().Down() {
		return
	}
	if _, busy := e.jobs.Of(id); busy {
		return
	}
	e.deadlines.set(id, time.Time{})
	delete(e.units, id)
	delete(e.defs, id)
	delete(e.leaving, id)
	delete(e.pipelines, id)
	delete(e.quoting, id)
	e.touch(id)
	delete(e.patience, id)
	delete(e.causes, id)
	delete(e.successions, id)
	if e.config.Forget != nil {
		e.config.Forget(id)
	}
	if template := e.templates[id]; template != nil {
		e.set = e.set.With(template) // the app is part of a pool from now on
	} else {
		e.set = e.set.Without(id)
	}
	e.revision++
	e.changed = true
}

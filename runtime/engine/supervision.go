package engine

import (
	"slices"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/policy/restart"
	"unitd/units"
)

// memberFailed tells a unit's supervisor of its failure.
func (e *Engine) memberFailed(id units.ID, why string) {
	if supervisor := e.defs[id].Supervisor; supervisor != "" {
		e.step(supervisor, lifecycle.Event{
			Kind: lifecycle.MemberFailed, Unit: id, Err: why, Starting: e.starting(supervisor),
		})
	}
	e.letGo(id)
}

// starting reports a supervisor whose start waits for those of its members: from its first member on it counts
// their failures.
func (e *Engine) starting(id units.ID) bool {
	j, ok := e.jobs.Of(id)
	return ok && id.Kind() == units.KindSupervisor && j.Now == job.Start && j.State == job.Waiting
}

// grouped reports a unit whose failure makes its supervisor restart others too. One that is still to start leaves
// them alone: those that come later follow anyway, and who has asked for its start gets an answer.
func (e *Engine) grouped(def *units.Unit) bool {
	group := e.defs[def.Supervisor]
	if group == nil || group.Group.Strategy == units.OneForOne {
		return false
	}
	return e.units[group.ID].Supervisor.Phase == lifecycle.Active
}

// restartMembers restarts whom a member's failure takes with it: these stop, and start in their order together
// with the failed one, which first waits as its own restart rules say. One that does not start again takes
// nobody with it (OTP: a temporary child).
func (e *Engine) restartMembers(supervisor, failed units.ID, why string) {
	if !e.units[failed].AwaitsTurn() {
		return
	}
	others := restart.Affected(e.defs[supervisor].Group.Strategy, e.set.Graph(), supervisor, failed)
	others = slices.DeleteFunc(others, func(member units.ID) bool { return member == failed })
	view := e.view()
	view.Activity = func(id units.ID) job.Activity {
		if id == failed { // so that it is started, and not stopped first with what it requires
			return job.Inactive
		}
		return e.activity(id)
	}
	why = string(failed) + " failed: " + why
	e.submitIn(view,
		job.Request{Kind: job.TryRestart, Units: others, Why: why, Each: true},
		job.Request{Kind: job.Start, Units: []units.ID{failed}, Why: why, Each: true})
	e.jobs.Requeue(e.view(), failed)
}

// letGo lets a unit that awaits its turn start by itself where there is no job that would tell it.
func (e *Engine) letGo(id units.ID) {
	if u := e.units[id]; u == nil || !u.AwaitsTurn() {
		return
	}
	if _, busy := e.jobs.Of(id); !busy {
		e.step(id, lifecycle.Event{Kind: lifecycle.TurnCame})
	}
}

// stopMembers stops the members of a supervisor that has failed, and remembers what stops with them.
func (e *Engine) stopMembers(supervisor units.ID, why string) {
	members := e.set.Graph().Members(supervisor)
	tx := e.submit(job.Request{Kind: job.Stop, Units: members, Why: "stopped with " + string(supervisor) + ", which has " + why})
	_, jobs, _ := e.jobs.Transaction(tx.ID)
	delete(e.dragged, supervisor)
	for _, j := range jobs {
		if !slices.Contains(members, j.Unit) {
			e.dragged[supervisor] = append(e.dragged[supervisor], j.Unit)
		}
	}
}

// startMembers is a supervisor that starts again by itself. What people have stopped stays down.
func (e *Engine) startMembers(supervisor units.ID) {
	start := append([]units.ID{supervisor}, e.dragged[supervisor]...)
	delete(e.dragged, supervisor)
	start = slices.DeleteFunc(start, func(id units.ID) bool { return e.units[id] == nil || e.overrides.Stopped[id] })
	view := e.view()
	view.Enabled = func(id units.ID) bool { return e.enabled(id) && !e.overrides.Stopped[id] }
	e.submitIn(view, job.Request{Kind: job.Start, Units: start, Why: "restarted with " + string(supervisor), Each: true})
}

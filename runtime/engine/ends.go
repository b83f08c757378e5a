package engine

import (
	"fmt"
	"slices"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/policy/restart"
	"unitd/units"
)

// ended sees to what the end of a unit by itself brings about elsewhere.
func (e *Engine) ended(id units.ID, a lifecycle.Action) {
	if e.draining {
		return
	}
	e.succeed(id, a.OK)
	if !e.units[id].Phase().Up() {
		e.submitEach(job.WhenStopped(e.view(), id))
	}
	if a.OK {
		return
	}
	if e.defs[id].Essential {
		e.tellEssential(id, a.Reason)
	}
	e.checkBlocked()
}

// blocked does the same for a unit that could not start because of another one.
func (e *Engine) blocked(id units.ID) {
	if u := e.units[id]; e.draining || u == nil || !u.Blocked() {
		return
	}
	e.succeed(id, false)
	e.checkBlocked()
}

// The starts of one unit by the ends of others are limited to what systemd.unit(5) allows by default
// (StartLimitBurst=, StartLimitIntervalSec=): units that start each other when they fail would do nothing else.
const (
	successionBurst    = 5
	successionInterval = 10 * time.Second
)

// succeed starts the units of on_failure or on_success.
func (e *Engine) succeed(id units.ID, ok bool) {
	follow := job.WhenFailed(e.view(), id)
	if ok {
		follow = job.WhenFinished(e.view(), id)
	}
	for _, r := range follow {
		r.Units = slices.DeleteFunc(slices.Clone(r.Units), func(next units.ID) bool { return !e.maySucceed(next, r.Why) })
		for _, next := range r.Units {
			e.causes[next] = e.units[id].Cause(ok)
		}
		e.submit(r)
		for _, next := range r.Units {
			if _, starts := e.jobs.Of(next); !starts { // it is active already
				delete(e.causes, next)
			}
		}
	}
}

// maySucceed reports whether a unit may be started once more because others have ended.
func (e *Engine) maySucceed(id units.ID, why string) bool {
	var exceeded bool
	e.successions[id], exceeded = restart.Intensity(e.successions[id], e.now(), successionBurst, successionInterval)
	u := e.units[id]
	if !exceeded || u == nil {
		return !exceeded
	}
	now := State{u.Phase().ActiveState(), u.Sub()}
	e.config.Record(Transition{
		At: e.now(), Unit: id, From: now, State: now, Invocation: u.Invocation(), PID: u.MainPID(),
		Reason: fmt.Sprintf("not started (%s): more than %d times within %s", why, successionBurst, lifecycle.DurationText(successionInterval)),
	})
	return false
}

// tellEssential says that an essential unit has failed for good, which ends the manager. Who is told once has enough.
func (e *Engine) tellEssential(id units.ID, why string) {
	select {
	case e.essential <- string(id) + ": " + why:
	default:
	}
}

// checkBlocked finds essential units that have failed for good since what they need has.
func (e *Engine) checkBlocked() {
	for _, id := range sorted(e.units) {
		if u := e.units[id]; e.defs[id].Essential && u.Blocked() && e.hopeless(id) {
			e.tellEssential(id, u.Note())
		}
	}
}

// hopeless reports that what a unit needs has failed and will not start again by itself. What is about to be tried
// again has not failed yet, and starts whom it has kept waiting (recover).
func (e *Engine) hopeless(id units.ID) bool {
	graph := e.set.Graph()
	for _, need := range slices.Concat(graph.Requires(id), graph.BindsTo(id)) {
		u := e.units[need]
		if u == nil || u.Phase() != lifecycle.Failed {
			continue
		}
		if _, busy := e.jobs.Of(need); busy {
			continue
		}
		if !u.Blocked() || e.hopeless(need) {
			return true
		}
	}
	return false
}

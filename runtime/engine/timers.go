package engine

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// Jobs run by themselves at the times of their schedules. When that is, their timers decide (policy/lifecycle/timer.go);
// here is what a timer does not know: whether its job is enabled, who has stopped what the job needs, and what is
// remembered of runs beyond the manager.

// setTimers puts the schedules of all jobs in force that are enabled. It is called again after whatever may change that, and
// after the clock was set.
func (e *Engine) setTimers() {
	for _, id := range sorted(e.units) {
		e.setTimer(id)
	}
	e.watchClock()
}

func (e *Engine) setTimer(id units.ID) {
	if u := e.units[id]; u != nil && (u.Timer != nil || u.Pipeline != nil) {
		on := !e.leaving[id] && e.enabled(id)
		e.step(id, lifecycle.Event{Kind: lifecycle.TimerSet, OK: on, Drain: e.draining})
	}
}

// startSelf starts a job whose time has come, or a pipeline that was asked for a run, unless that would start what somebody
// has stopped. Who wants it may do that.
func (e *Engine) startSelf(id units.ID, why string, wanted bool) {
	if e.draining {
		return
	}
	forgone := ""
	if !wanted {
		forgone = e.barred(id)
	}
	if forgone == "" {
		_, changes, err := e.jobs.Submit(e.view(), job.Request{Kind: job.Start, Units: []units.ID{id}, Why: why})
		e.changed = true
		if err != nil {
			forgone = strings.TrimPrefix(err.Error(), string(job.Start)+" "+string(id)+": ")
		}
		e.follow(changes)
	}
	if forgone != "" {
		e.step(id, lifecycle.Event{Kind: lifecycle.Forgone, Err: "left out: " + forgone})
	}
}

// forgo tells a timer, or a pipeline, that the start which it has asked for has come to nothing before its job began.
func (e *Engine) forgo(j job.Job) {
	u := e.units[j.Unit]
	if u == nil || !u.AsksToStart() || !j.Forgone() { // it may have asked as that very job ended
		return
	}
	if _, busy := e.jobs.Of(j.Unit); !busy {
		e.step(j.Unit, lifecycle.Event{Kind: lifecycle.Forgone, Err: "left out: its start was given up: " + cmp.Or(j.Reason, string(j.Result))})
	}
}

// barred says what keeps a job from being started by its schedule: its supervisor is not up, or something that it needs was
// stopped by hand and stays so until somebody starts it.
func (e *Engine) barred(id units.ID) string {
	if supervisor := e.defs[id].Supervisor; supervisor != "" {
		j, busy := e.jobs.Of(supervisor)
		if !e.units[supervisor].Phase().Up() && !(busy && j.Now == job.Start) {
			return string(supervisor) + " is not active"
		}
	}
	graph, seen := e.set.Graph(), map[units.ID]bool{}
	for queue := []units.ID{id}; len(queue) > 0; queue = queue[1:] {
		for _, need := range slices.Concat(graph.Requires(queue[0]), graph.BindsTo(queue[0])) {
			if e.overrides.Stopped[need] {
				return "it needs " + string(need) + ", which was stopped by hand"
			}
			if !seen[need] {
				seen[need] = true
				queue = append(queue, need)
			}
		}
	}
	return ""
}

// remember hands over what a timer or a pipeline has learnt, for the managers to come.
func (e *Engine) remember(u *lifecycle.Unit) {
	if e.leaving[u.ID] {
		return
	}
	if memory, learnt := u.Learnt(); learnt {
		e.memories[u.ID] = memory
		if e.config.Remember != nil {
			e.config.Remember(maps.Clone(e.memories))
		}
	}
}

// rememberAll hands over what the units have learnt that a manager before this one has recorded.
func (e *Engine) rememberAll() {
	for id, u := range e.units {
		if memory, any := u.Memory(); any {
			e.memories[id] = memory
		}
	}
	if e.config.Remember != nil {
		e.config.Remember(maps.Clone(e.memories))
	}
}

// forgetLost forgets jobs and pipelines that the unit files have no more.
func (e *Engine) forgetLost(next *units.Set) {
	before := len(e.memories)
	maps.DeleteFunc(e.memories, func(id units.ID, _ lifecycle.Memory) bool { return next.Units[id] == nil })
	if len(e.memories) < before && e.config.Remember != nil {
		e.config.Remember(maps.Clone(e.memories))
	}
}

package engine

import (
	"cmp"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// Every change of state has a reason. Where the machine of a unit has no words of its own, as for the steps of a start that
// goes well, it is why the first of these steps was taken, or what the step itself means.

// run is one run of a unit or worker, as far as reasons go.
type run struct {
	unit       units.ID
	worker     int
	invocation string
}

// reasons are why runs start or end that are about to.
type reasons map[run]string

func (r reasons) keep(t Transition) {
	key := run{t.Unit, t.Worker, t.Invocation}
	switch t.Active {
	case lifecycle.Starting.ActiveState(), lifecycle.Stopping.ActiveState():
		r[key] = t.Reason
	default:
		delete(r, key)
	}
}

// reason is why a unit or worker has come to another state, where it has no words itself.
func (e *Engine) reason(t Transition) string {
	if t.From.Active != t.Active {
		if why := e.because(t.Unit, t.Active); why != "" && t.Ended == "" {
			return why
		}
	}
	if why := stepReason(t); why != "" {
		return why
	}
	if why := e.reasons[run{t.Unit, t.Worker, t.Invocation}]; why != "" {
		return why
	}
	switch {
	case t.From.Active == lifecycle.Failed.ActiveState():
		return "its failure was forgotten"
	case t.Active != lifecycle.Starting.ActiveState():
		return cmp.Or(e.because(t.Unit, lifecycle.Stopping.ActiveState()), "stopped")
	case t.Worker > 0:
		return "its pool wants it"
	}
	return "started"
}

// stepReason is what a step means by itself; "": it is part of something longer.
func stepReason(t Transition) string {
	active := lifecycle.Active.ActiveState()
	switch {
	case t.Ended == units.ReasonClean, t.Active == active && t.Sub == "exited":
		return "its program has ended with success"
	case t.Active == active && t.Sub == "degraded":
		return "a part of it is not ready"
	case t.Active == active && t.From.Active == active:
		return "all of it is ready"
	case t.Active == active && t.From.Active == lifecycle.Reloading.ActiveState():
		return "reloaded"
	case t.Active == active:
		return "ready"
	}
	return ""
}

// because says for which job a unit begins to do something: "stop: requires app.db".
func (e *Engine) because(unit units.ID, active string) string {
	j, ok := e.jobs.Of(unit)
	if !ok || j.State != job.Running {
		return ""
	}
	switch active {
	case lifecycle.Starting.ActiveState(), lifecycle.Reloading.ActiveState():
	case lifecycle.Stopping.ActiveState():
		if j.Kind == job.Start {
			return ""
		}
	default:
		return ""
	}
	return string(j.Kind) + ": " + j.Because.String()
}

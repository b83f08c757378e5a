package job

import (
	"fmt"

	"unitd/units"
)

// WhenStopped gives what follows from a unit that stopped or failed by itself: what is bound to it stops too.
// What only requires it goes on, since a crash is no stop (LANGUAGE.md, `requires`). A stop that a job brought
// about needs nothing of this: its transaction has reached everything.
func WhenStopped(v View, unit units.ID) []Request {
	var bound []units.ID
	for _, other := range v.Set.Graph().BoundBy(unit) {
		if v.Activity(other).running() {
			bound = append(bound, other)
		}
	}
	return request(Stop, bound, fmt.Sprintf("bound to %s, which stopped by itself", unit))
}

// WhenFailed gives what follows from a unit that ended up failed: its on_failure units start.
func WhenFailed(v View, unit units.ID) []Request {
	u := v.Set.Units[unit]
	if u == nil {
		return nil
	}
	return request(Start, u.OnFailure, fmt.Sprintf("on_failure of %s", unit))
}

// WhenFinished gives what follows from a unit that ended with success: its on_success units start.
func WhenFinished(v View, unit units.ID) []Request {
	u := v.Set.Units[unit]
	if u == nil {
		return nil
	}
	return request(Start, u.OnSuccess, fmt.Sprintf("on_success of %s", unit))
}

func request(kind Kind, list []units.ID, why string) []Request {
	if len(list) == 0 {
		return nil
	}
	return []Request{{Kind: kind, Units: list, Why: why, Each: true}}
}

// Why the requests of the manager itself are made: Job.Origin and Request.Why.
const (
	WhyBoot     = "started at boot"
	WhyShutdown = "the manager ends"
)

// Boot is the request that starts everything that is enabled. Members come with their supervisor, so those of
// one that is not enabled stay down. Each unit is on its own: one that cannot start costs only those that
// require it.
func Boot(v View) Request {
	boot := Request{Kind: Start, Why: WhyBoot, Each: true}
	for _, id := range v.Set.Graph().Order() {
		if v.autostarts(id) && v.Set.Units[id].Supervisor == "" {
			boot.Units = append(boot.Units, id)
		}
	}
	return boot
}

// StopAll is the request that stops every unit, in the reverse of the order in which they started.
func StopAll(v View) Request {
	return Request{Kind: Stop, Units: v.Set.Graph().Order(), Why: WhyShutdown}
}

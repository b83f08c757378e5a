package job

import (
	"unitd/units"
)

// Activity is what jobs must know of a unit's state: the `active` of BEHAVIOUR.md.
type Activity string

// The activities.
const (
	Inactive     Activity = "inactive"
	Activating   Activity = "activating"
	Active       Activity = "active"
	Reloading    Activity = "reloading"
	Deactivating Activity = "deactivating"
	Down         Activity = "failed"
)

// up reports a unit that is started.
func (a Activity) up() bool { return a == Active || a == Reloading }

// running reports a unit that is started or on its way there.
func (a Activity) running() bool { return a.up() || a == Activating }

// stopped reports a unit with nothing left to stop.
func (a Activity) stopped() bool { return a == Inactive || a == Down }

// View is the world that jobs are decided against.
type View struct {
	Set *units.Set
	// Enabled says whether a unit starts with its supervisor and at boot, overrides included; nil: as the
	// unit files say.
	Enabled func(units.ID) bool
	// Activity is the unit's state now; Inactive for a unit that has never been seen.
	Activity func(units.ID) Activity
}

// autostarts reports a unit that starts with its supervisor and at boot. Jobs and pipelines do not: their
// schedule and their triggers start them.
func (v View) autostarts(id units.ID) bool {
	u := v.Set.Units[id]
	if u == nil || u.TemplateOf != "" || u.Job != nil || u.Pipeline != nil {
		return false
	}
	if v.Enabled == nil {
		return u.Enabled
	}
	return v.Enabled(id)
}

// reloads reports a unit that can reload as it stands. A pool can while its workers fail to start, too: the new ones
// may not.
func (v View) reloads(id units.ID) bool {
	activity := v.Activity(id)
	return activity.up() || activity == Activating && id.Kind() == units.KindPool
}

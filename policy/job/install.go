package job

import (
	"maps"
	"slices"

	"unitd/units"
)

// install makes jobs of a plan. Nothing can be refused any more.
func (p *plan) install(tx *Transaction, changes *Changes) {
	silent := make(map[units.ID]bool, len(p.jobs))
	for unit := range p.jobs {
		silent[unit] = true
	}
	for _, unit := range tx.Asked {
		silent[unit] = false
	}
	for _, note := range tx.Notes {
		silent[note.Unit] = true // it has its note
	}
	for _, unit := range p.order() {
		if note := p.installOne(tx, unit, changes); note != "" && !silent[unit] {
			tx.Notes = append(tx.Notes, Note{Unit: unit, Result: Done, Text: note})
		}
	}
}

// order lists the planned units: what stops in stop order, then the others in start order.
func (p *plan) order() []units.ID {
	var stops, others []units.ID
	for _, unit := range p.graph.Order() {
		if wanted, planned := p.jobs[unit]; !planned {
			continue
		} else if wanted.kind == Stop {
			stops = append(stops, unit)
		} else {
			others = append(others, unit)
		}
	}
	slices.Reverse(stops)
	if len(stops)+len(others) < len(p.jobs) {
		others = append(others, p.unordered()...)
	}
	return append(stops, others...)
}

// unordered lists the planned units that have no place in the start order. What unit files say has no cycle,
// but the old definition of a unit that leaves may form one with new ones.
func (p *plan) unordered() []units.ID {
	left := maps.Clone(p.jobs)
	for _, unit := range p.graph.Order() {
		delete(left, unit)
	}
	return slices.Sorted(maps.Keys(left))
}

// installOne makes one job of the plan, or says why there is none to make.
func (p *plan) installOne(tx *Transaction, unit units.ID, changes *Changes) (note string) {
	t, activity, job := p.table, p.view.Activity(unit), p.table.current(unit)
	wanted := p.jobs[unit]
	if wanted.kind == Restart && activity.stopped() && (job == nil || job.State == Waiting) {
		wanted.kind = Start
	}
	if job == nil {
		return t.add(tx, unit, wanted, activity)
	}
	if wanted.kind == Start && activity.up() && job.Now != Stop {
		return alreadyActive
	}
	if wanted.origin == "" {
		job.Origin = ""
	}
	switch mergeOf(job, wanted.kind) {
	case join:
		if wanted.kind != Reload {
			job.Lost = "" // what was lost is planned anew
		}
		tx.take(job)
	case widen:
		t.change(unit, func() {
			job.Kind, job.Now, job.State = wanted.kind, firstHalf(wanted.kind, activity), Waiting
			job.Missing = nil
		})
		tx.take(job)
		t.absorb(unit)
	case follow:
		t.follow(tx, unit, wanted)
	case replace:
		return t.replace(tx, job, wanted, activity, changes)
	case refuse: // found when the request was read
	}
	return ""
}

// Why a unit needs no job.
const (
	alreadyActive = "already active"
	doesNotRun    = "it does not run"
)

// add installs a new job of a unit that has none, or says why it needs none.
func (t *Table) add(tx *Transaction, unit units.ID, wanted planned, activity Activity) (note string) {
	switch {
	case wanted.kind == Start && activity.up():
		return alreadyActive
	case wanted.kind == Stop && activity.stopped():
		return doesNotRun
	}
	t.install(tx, unit, wanted, firstHalf(wanted.kind, activity))
	return ""
}

// firstHalf is what a job begins with.
func firstHalf(kind Kind, activity Activity) Kind {
	if kind == Restart || kind == Start && activity == Deactivating {
		return Stop
	}
	return kind
}

// replace cancels a unit's jobs for a new one. If the old one had not begun, that may be all there is to do; if
// it had, the new one sees it through, and a start comes after the stop that has begun.
func (t *Table) replace(tx *Transaction, job *Job, wanted planned, activity Activity, changes *Changes) (note string) {
	reason := "replaced by " + string(wanted.kind) + ", " + wanted.because.String()
	if next := t.next(job.Unit); next != nil {
		t.end(next, Canceled, reason, changes)
	}
	began, stopped := job.State == Running, job.Now == Stop
	t.end(job, Canceled, reason, changes)
	switch {
	case !began:
		return t.add(tx, job.Unit, wanted, activity)
	case stopped:
		t.install(tx, job.Unit, wanted, Stop)
	default:
		t.install(tx, job.Unit, wanted, firstHalf(wanted.kind, activity))
	}
	return ""
}

// follow puts a reload behind a unit's job; a second one joins it.
func (t *Table) follow(tx *Transaction, unit units.ID, wanted planned) {
	next := t.next(unit)
	if next == nil {
		next = t.newJob(unit, wanted, Reload)
		slot := t.Units[unit]
		slot.Next = next.ID
		t.Units[unit] = slot
	}
	tx.take(next)
}

// absorb lets a unit's job do what the reload behind it was for.
func (t *Table) absorb(unit units.ID) {
	job, next := t.current(unit), t.next(unit)
	if next == nil || mergeOf(job, Reload) != join {
		return
	}
	t.remove(next)
	delete(t.Jobs, next.ID)
	for _, id := range next.Transactions {
		tx := t.Transactions[id]
		tx.Jobs = slices.DeleteFunc(tx.Jobs, func(other uint64) bool { return other == next.ID })
		tx.Open--
		tx.take(job)
	}
}

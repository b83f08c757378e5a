package job

import (
	"cmp"
	"slices"

	"unitd/units"
)

// install makes jobs of a plan. Nothing can be refused any more.
func (p *plan) install(tx *Transaction, changes *Changes) {
	asked := make(map[units.ID]bool, len(tx.Asked))
	for _, unit := range tx.Asked {
		asked[unit] = true
	}
	for _, unit := range p.order() {
		if note := p.installOne(tx, unit, changes); note != "" && asked[unit] {
			tx.Notes = append(tx.Notes, Note{Unit: unit, Result: Done, Text: note})
		}
	}
}

// order lists the planned units: what stops in stop order, then the others in start order.
func (p *plan) order() []units.ID {
	list := make([]units.ID, 0, len(p.jobs))
	for unit := range p.jobs {
		list = append(list, unit)
	}
	rank := p.table.index.rank
	slices.SortFunc(list, func(a, b units.ID) int {
		stopA, stopB := p.jobs[a].kind == Stop, p.jobs[b].kind == Stop
		switch {
		case stopA && stopB:
			return cmp.Or(cmp.Compare(rank[b], rank[a]), cmp.Compare(a, b))
		case stopA:
			return -1
		case stopB:
			return +1
		}
		return cmp.Or(cmp.Compare(rank[a], rank[b]), cmp.Compare(a, b))
	})
	return list
}

// installOne makes one job of the plan, or says why there is none to make.
func (p *plan) installOne(tx *Transaction, unit units.ID, changes *Changes) (note string) {
	t, activity, job := p.table, p.view.Activity(unit), p.table.current(unit)
	kind, because := p.jobs[unit].kind, p.jobs[unit].because
	if kind == Restart && activity.stopped() && (job == nil || job.State == Waiting) {
		kind = Start
	}
	if job == nil {
		if note := needless(kind, activity); note != "" {
			return note
		}
		t.add(tx, unit, kind, activity, because)
		return ""
	}
	if kind == Start && activity.up() && job.Now != Stop {
		return "already active"
	}
	switch mergeOf(job, kind) {
	case join:
		if kind != Reload {
			job.Lost = "" // what was lost is planned anew
		}
		tx.take(job)
	case widen:
		t.change(unit, func() {
			job.Kind, job.Now, job.State = kind, firstHalf(kind, activity), Waiting
			job.Missing = nil
		})
		tx.take(job)
		t.absorb(unit)
	case follow:
		t.follow(tx, unit, because)
	case replace:
		return t.replace(tx, job, kind, activity, because, changes)
	case refuse: // found when the request was read
	}
	return ""
}

// needless says why a unit without a job needs none, or "".
func needless(kind Kind, activity Activity) string {
	switch {
	case kind == Start && activity.up():
		return "already active"
	case kind == Stop && activity.stopped():
		return "it does not run"
	}
	return ""
}

// firstHalf is what a job begins with.
func firstHalf(kind Kind, activity Activity) Kind {
	switch {
	case kind == Restart, kind == Start && activity == Deactivating:
		return Stop
	}
	return kind
}

// add installs a new job of a unit that has none.
func (t *Table) add(tx *Transaction, unit units.ID, kind Kind, activity Activity, because Because) {
	job := t.newJob(unit, kind, firstHalf(kind, activity), because)
	tx.take(job)
	t.install(job)
}

// replace cancels a unit's jobs for a new one, which is needless if the old one had not begun.
func (t *Table) replace(tx *Transaction, job *Job, kind Kind, activity Activity, because Because, changes *Changes) (note string) {
	reason := "replaced by " + string(kind) + ", " + because.String()
	if next := t.next(job.Unit); next != nil {
		t.end(next, Canceled, reason, changes)
	}
	began, stopped := job.State == Running, job.Now == Stop
	t.end(job, Canceled, reason, changes)
	if !began {
		if note := needless(kind, activity); note != "" {
			return note
		}
	}
	if began && stopped {
		activity = Deactivating // what has begun has to end before a start
	}
	t.add(tx, job.Unit, kind, activity, because)
	return ""
}

// follow puts a reload behind a unit's job; a second one joins it.
func (t *Table) follow(tx *Transaction, unit units.ID, because Because) {
	next := t.next(unit)
	if next == nil {
		next = t.newJob(unit, Reload, Reload, because)
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

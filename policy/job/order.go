package job

import (
	"slices"

	"unitd/units"
)

// relation is how another unit stands to the one whose job waits.
type relation int

const (
	earlier relation = iota // it starts before the waiting one, and stops after it
	later                   // the other way round
	rival                   // it conflicts
)

// waitsFor says whether a job waits for that of a unit in this relation.
//
// Stopping comes first, whatever is ordered (systemd: job_compare). So a stop waits only for stops of later
// units, and everything else for these and for what earlier units do; hence nothing can wait in a circle as
// long as the order has none. Only a reload waits for a reload: to a start a reloading unit is a started one.
func (j *Job) waitsFor(other *Job, r relation) bool {
	switch r {
	case later:
		return other.Now == Stop
	case rival:
		return j.Now == Start && other.Now == Stop
	}
	return j.Now != Stop && (other.Now != Reload || j.Now == Reload)
}

// index makes Begin cheap: how many jobs each job waits for, kept up to date with each change of a job, so
// that a transaction costs as much as the graph has edges. It follows from the table and the graph and is
// not stored.
type index struct {
	graph *units.Graph
	waits map[units.ID]int
	ready []units.ID // jobs that may have come to wait for nothing
	// running counts the current jobs that run.
	running int
}

// against makes sure that the index is that of this graph.
func (t *Table) against(g *units.Graph) {
	if t.index != nil && t.index.graph == g {
		return
	}
	t.index = &index{graph: g, waits: map[units.ID]int{}}
	for id := range t.Units {
		t.recount(id)
		if t.current(id).State == Running {
			t.index.running++
		}
	}
}

// change is the only way to alter a unit's current job in what order depends on.
func (t *Table) change(id units.ID, alter func()) {
	t.count(id, -1)
	alter()
	t.count(id, +1)
	t.recount(id)
}

// count adds by to the count of every job that waits for this unit's, and to that of running ones if it is one.
func (t *Table) count(id units.ID, by int) {
	job := t.current(id)
	if job == nil {
		return
	}
	if job.State == Running {
		t.index.running += by
	}
	add := func(list []units.ID, r relation) {
		for _, other := range list {
			if waiting := t.current(other); waiting != nil && waiting.waitsFor(job, r) {
				t.index.waits[other] += by
				t.offer(other)
			}
		}
	}
	add(t.index.graph.Before(id), earlier)
	add(t.index.graph.After(id), later)
	add(t.index.graph.Conflicts(id), rival)
}

// recount counts afresh whom this unit's job waits for.
func (t *Table) recount(id units.ID) {
	delete(t.index.waits, id)
	job := t.current(id)
	if job == nil {
		return
	}
	t.eachWait(job, func(units.ID) { t.index.waits[id]++ })
	t.offer(id)
}

// offer puts a unit before the next Begin if its job waits for nothing.
func (t *Table) offer(id units.ID) {
	if t.index.waits[id] == 0 {
		t.index.ready = append(t.index.ready, id)
	}
}

// eachWait calls f for every unit whose job this one waits for.
func (t *Table) eachWait(job *Job, f func(units.ID)) {
	look := func(list []units.ID, r relation) {
		for _, other := range list {
			if blocking := t.current(other); blocking != nil && job.waitsFor(blocking, r) {
				f(other)
			}
		}
	}
	look(t.index.graph.After(job.Unit), earlier)
	look(t.index.graph.Before(job.Unit), later)
	look(t.index.graph.Conflicts(job.Unit), rival)
}

// WaitsFor lists the units whose jobs have to come to an end, or at least past their stop, before this job
// may run; sorted. A reload that follows another job of its own unit waits for that.
func (t *Table) WaitsFor(v View, id uint64) []units.ID {
	job := t.Jobs[id]
	if job == nil || job.State != Waiting {
		return nil
	}
	if job != t.current(job.Unit) {
		return []units.ID{job.Unit}
	}
	t.against(v.Set.Graph())
	var list []units.ID
	t.eachWait(job, func(other units.ID) { list = append(list, other) })
	slices.Sort(list)
	return slices.Compact(list)
}

package job

import (
	"fmt"
	"slices"

	"unitd/units"
)

// Finish says how a unit's job ended: what is the half that ended, Start, Stop or Reload, result one of Done,
// Failed, Timeout and Skipped, reason the words for it. A restart whose stop is done goes on to its start. A
// start that failed takes the starts with it that need the unit. What no running job is about is dropped: the
// unit did it by itself, or a newer job has taken its place.
func (t *Table) Finish(v View, unit units.ID, what Kind, result Result, reason string) Changes {
	t.against(v.Set.Graph())
	var changes Changes
	if job := t.current(unit); job != nil && job.State == Running && job.Now == what {
		t.finish(v, job, result, reason, &changes)
	}
	return changes
}

// GiveUp ends a start that waits for others as one that has failed.
func (t *Table) GiveUp(v View, unit units.ID, reason string) Changes {
	t.against(v.Set.Graph())
	var changes Changes
	if job := t.current(unit); job != nil && job.State == Waiting && job.Now == Start {
		t.fall(v, job, Failed, reason, &changes)
	}
	return changes
}

func (t *Table) finish(v View, job *Job, result Result, reason string, changes *Changes) {
	if job.Now == Stop && job.starts() && result.OK() {
		if job.Lost != "" {
			t.fall(v, job, Dependency, job.Lost, changes)
			return
		}
		t.change(job.Unit, func() { job.Now, job.State = Start, Waiting })
		return
	}
	if result.OK() {
		if len(job.Missing) > 0 {
			reason = fmt.Sprintf("degraded: %s did not start", job.Missing[0])
			if more := len(job.Missing) - 1; more > 0 {
				reason += fmt.Sprintf(", and %d more", more)
			}
		}
		t.end(job, result, reason, changes)
		return
	}
	t.fall(v, job, result, reason, changes)
}

// fallen is a job that ends without success.
type fallen struct {
	job    *Job
	result Result
	reason string
	// intact says that its unit runs on as if nothing had been asked, so that nothing is lost with the job.
	intact bool
}

// fall ends a job that failed, and with `dependency` every start that needed it, and so on.
func (t *Table) fall(v View, first *Job, result Result, reason string, changes *Changes) {
	root := "failed"
	if reason != "" {
		root += ": " + reason
	}
	g := v.Set.Graph()
	queue := []fallen{{job: first, result: result, reason: reason}}
	for len(queue) > 0 {
		f := queue[0]
		queue = queue[1:]
		if f.job.State == Ended {
			continue
		}
		unit := f.job.Unit
		t.dropNext(f.job, changes)
		t.end(f.job, f.result, f.reason, changes)
		switch {
		case f.intact:
		case f.job.starts():
			t.missMember(g, unit)
			why := fmt.Sprintf("requires %s, which %s", unit, root)
			if f.job != first {
				why = fmt.Sprintf("requires %s, and %s %s", unit, first.Unit, root)
			}
			queue = t.lose(v, queue, g.RequiredBy(unit), why)
			queue = t.lose(v, queue, g.BoundBy(unit), why)
		case f.job.Kind == Stop:
			queue = t.lose(v, queue, g.Conflicts(unit), fmt.Sprintf("conflicts with %s, whose stop %s", unit, root))
		}
	}
}

// lose takes from the units in list the prospect to start. A job that waits ends. If that is a restart whose
// unit still runs, the unit runs on: a better state than the one that a stop now would bring. A restart that is
// stopping its unit ends when that is done. A start that runs goes its way: what it needed was there when it
// began, and a crash of that is no reason to stop.
func (t *Table) lose(v View, queue []fallen, list []units.ID, why string) []fallen {
	for _, unit := range list {
		job := t.current(unit)
		switch {
		case job == nil || !job.starts():
		case job.State == Waiting:
			intact := job.Now == Stop && v.Activity(unit).up()
			queue = append(queue, fallen{job: job, result: Dependency, reason: why, intact: intact})
		case job.Now == Stop:
			job.Lost = why
		}
	}
	return queue
}

// dropNext ends the reload that follows a start which failed.
func (t *Table) dropNext(job *Job, changes *Changes) {
	if next := t.next(job.Unit); next != nil && job.starts() {
		t.end(next, Canceled, "the start before it failed", changes)
	}
}

// missMember tells a supervisor that is starting that a member will not.
func (t *Table) missMember(g *units.Graph, member units.ID) {
	for _, supervisor := range g.Before(member) {
		if supervisor.Kind() != units.KindSupervisor {
			continue
		}
		if _, is := slices.BinarySearch(g.Members(supervisor), member); !is {
			continue
		}
		if job := t.current(supervisor); job != nil && job.starts() {
			job.Missing = append(job.Missing, member)
		}
	}
}

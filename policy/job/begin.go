package job

import (
	"cmp"
	"fmt"
	"slices"

	"unitd/units"
)

// Begin takes all jobs that may run now, marks them as running and returns them in the order of their ids;
// Job.Now says what each unit is to do. Jobs whose unit is where they would bring it have ended, and are among
// the changes. To be called after every other call that changed something, until it gives nothing more; it
// costs nothing where nothing became ready.
func (t *Table) Begin(v View) ([]Job, Changes) {
	t.against(v.Set.Graph())
	var running []Job
	var changes Changes
	for {
		for len(t.index.ready) > 0 {
			for _, job := range t.ready() {
				// An earlier one of this round may have ended it, or made it wait.
				if job.State == Waiting && t.index.waits[job.Unit] == 0 && t.begin(v, job, &changes) {
					running = append(running, *job)
				}
			}
		}
		knot := t.knot()
		if knot == nil {
			return running, changes
		}
		if t.begin(v, knot, &changes) {
			running = append(running, *knot)
		}
	}
}

// knot finds the job to begin with where all wait for each other, or nil. Load refuses a cycle, but the old
// definition of a unit that leaves may form one with new ones; order gives way then, since waiting for ever
// is worse.
func (t *Table) knot() *Job {
	if t.index.running > 0 {
		return nil
	}
	var first *Job
	for unit := range t.Units {
		if job := t.current(unit); first == nil || job.ID < first.ID {
			first = job
		}
	}
	return first
}

// ready empties the list of what may have become ready.
func (t *Table) ready() []*Job {
	var list []*Job
	for _, unit := range t.index.ready {
		if job := t.current(unit); job != nil {
			list = append(list, job)
		}
	}
	t.index.ready = nil
	slices.SortFunc(list, func(a, b *Job) int { return cmp.Compare(a.ID, b.ID) })
	return slices.Compact(list)
}

// begin runs one job unless there is nothing to run.
func (t *Table) begin(v View, job *Job, changes *Changes) bool {
	activity := v.Activity(job.Unit)
	switch {
	case job.Now == Start && activity == Deactivating:
		t.change(job.Unit, func() { job.Now = Stop })
		return false
	case job.Now == Start && activity.up(), job.Now == Stop && activity.stopped():
		t.finish(v, job, Done, "", changes)
		return false
	case job.Now == Reload && !v.reloads(job.Unit):
		t.finish(v, job, Failed, fmt.Sprintf("it is %s, so there is nothing to reload", activity), changes)
		return false
	}
	job.State, job.Started = Running, job.Now == Start
	t.index.running++
	return true
}

// Requeue lets a start that runs begin anew, when what its unit is ordered after is there again.
func (t *Table) Requeue(v View, unit units.ID) {
	t.against(v.Set.Graph())
	if job := t.current(unit); job != nil && job.State == Running && job.Now == Start {
		t.change(unit, func() { job.State = Waiting })
	}
}

// Resume is for a table read back from a store: jobs that ran are to be begun again, since what they had begun
// may have come to its end meanwhile.
func (t *Table) Resume() {
	for unit := range t.Units {
		if job := t.current(unit); job.State == Running {
			job.State = Waiting
		}
	}
	t.index = nil
}

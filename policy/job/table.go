package job

import (
	"cmp"
	"slices"

	"unitd/units"
)

// Table holds all jobs: those installed, and those of the transactions that ended lately. Its zero value is
// ready for use, and it can be stored and read back as JSON. It is not safe for use by several goroutines.
type Table struct {
	// LastID is the last id given; jobs and transactions share the numbers.
	LastID       uint64                  `json:"last_id"`
	Jobs         map[uint64]*Job         `json:"jobs,omitempty"`
	Units        map[units.ID]Slot       `json:"units,omitempty"`
	Transactions map[uint64]*Transaction `json:"transactions,omitempty"`
	// History holds the ids of the transactions that have ended, oldest first.
	History []uint64 `json:"history,omitempty"`

	index *index
}

// Slot is what a unit has of jobs.
type Slot struct {
	Current uint64 `json:"current"`
	// Next is a reload that follows the current job; 0: none.
	Next uint64 `json:"next,omitempty"`
}

// Changes is what a call brought to an end, in that order.
type Changes struct {
	Jobs         []Job
	Transactions []Transaction
}

// Job returns a job by id, as long as a transaction that is remembered holds it.
func (t *Table) Job(id uint64) (Job, bool) {
	job := t.Jobs[id]
	if job == nil {
		return Job{}, false
	}
	return *job, true
}

// Of returns the unit's current job.
func (t *Table) Of(unit units.ID) (Job, bool) { return t.Job(t.Units[unit].Current) }

// Runs reports that a job which Begin gave still is what its unit is to do. An earlier one of the same round may
// have led to a request that took its place.
func (t *Table) Runs(job Job) bool {
	there := t.Jobs[job.ID]
	return there != nil && there.State == Running && there.Now == job.Now
}

// Installed lists the jobs that have not ended, in the order of their ids.
func (t *Table) Installed() []Job {
	list := make([]Job, 0, len(t.Units))
	for _, slot := range t.Units {
		for _, id := range []uint64{slot.Current, slot.Next} {
			if job := t.Jobs[id]; job != nil {
				list = append(list, *job)
			}
		}
	}
	slices.SortFunc(list, func(a, b Job) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// Idle reports that no job is installed.
func (t *Table) Idle() bool { return len(t.Units) == 0 }

func (t *Table) current(unit units.ID) *Job { return t.Jobs[t.Units[unit].Current] }

func (t *Table) next(unit units.ID) *Job { return t.Jobs[t.Units[unit].Next] }

func (t *Table) newID() uint64 {
	t.LastID++
	return t.LastID
}

// newJob makes a job that is not yet in a slot.
func (t *Table) newJob(unit units.ID, wanted planned, now Kind) *Job {
	if t.Jobs == nil {
		t.Jobs = map[uint64]*Job{}
	}
	job := &Job{
		ID: t.newID(), Unit: unit, Kind: wanted.kind, Now: now, State: Waiting,
		Because: wanted.because, Origin: wanted.origin,
	}
	t.Jobs[job.ID] = job
	return job
}

// install makes a new job the current one of its unit, which has none.
func (t *Table) install(tx *Transaction, unit units.ID, wanted planned, now Kind) {
	if t.Units == nil {
		t.Units = map[units.ID]Slot{}
	}
	job := t.newJob(unit, wanted, now)
	tx.take(job)
	t.change(unit, func() { t.Units[unit] = Slot{Current: job.ID} })
}

// remove takes a job out of its slot. What followed it takes its place.
func (t *Table) remove(job *Job) {
	slot := t.Units[job.Unit]
	switch job.ID {
	case slot.Next:
		slot.Next = 0
		t.Units[job.Unit] = slot
	case slot.Current:
		t.change(job.Unit, func() {
			if slot.Next == 0 {
				delete(t.Units, job.Unit)
				return
			}
			t.Units[job.Unit] = Slot{Current: slot.Next}
		})
	}
}

// end brings a job to its end, and with it the transactions of which it was the last.
func (t *Table) end(job *Job, result Result, reason string, changes *Changes) {
	t.remove(job)
	job.State, job.Result, job.Reason = Ended, result, reason
	changes.Jobs = append(changes.Jobs, *job)
	for _, id := range job.Transactions {
		tx := t.Transactions[id]
		if tx.Open--; tx.Open == 0 {
			t.conclude(tx, changes)
		}
	}
}

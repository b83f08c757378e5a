package job

import (
	"fmt"
	"slices"

	"unitd/units"
)

// How much is remembered of transactions that have ended.
const (
	maxHistory = 64   // transactions
	maxEnded   = 2000 // jobs in them; beyond, the oldest keep their result only
)

// Transaction is what became of one Submit.
type Transaction struct {
	ID    uint64     `json:"id"`
	Kind  Kind       `json:"kind"`
	Asked []units.ID `json:"asked"`
	// Jobs are the ids of its jobs, merged ones included, those that stop first; empty again for an old one.
	Jobs []uint64 `json:"jobs,omitempty"`
	// Notes say what there was nothing, or no way, to do for.
	Notes []Note `json:"notes,omitempty"`
	// Open counts its jobs that have not ended.
	Open int `json:"open"`
	// Result is "" until the last job has ended. It is that of what was asked for: what was pulled in may
	// have failed without harm to it.
	Result Result `json:"result,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// Note says why a unit has no job in a transaction.
type Note struct {
	Unit   units.ID `json:"unit"`
	Result Result   `json:"result"` // Done: it was so already; Skipped; Failed
	Text   string   `json:"text"`
}

// Transaction returns a transaction that runs or ended lately, and its jobs.
func (t *Table) Transaction(id uint64) (Transaction, []Job, bool) {
	tx := t.Transactions[id]
	if tx == nil {
		return Transaction{}, nil, false
	}
	return tx.copy(), t.jobsOf(tx), true
}

func (t *Table) jobsOf(tx *Transaction) []Job {
	jobs := make([]Job, 0, len(tx.Jobs))
	for _, id := range tx.Jobs {
		jobs = append(jobs, *t.Jobs[id])
	}
	return jobs
}

func (tx *Transaction) copy() Transaction {
	c := *tx
	c.Asked, c.Jobs, c.Notes = slices.Clone(tx.Asked), slices.Clone(tx.Jobs), slices.Clone(tx.Notes)
	return c
}

// enter registers a new transaction.
func (t *Table) enter(tx *Transaction) {
	if t.Transactions == nil {
		t.Transactions = map[uint64]*Transaction{}
	}
	tx.ID = t.newID()
	t.Transactions[tx.ID] = tx
}

// EndedBut reports that a transaction has nothing left to do but what one unit is to do, and what waits for that: who is under
// way in a job of this unit would wait for itself.
func (t *Table) EndedBut(v View, id uint64, unit units.ID) bool {
	tx := t.Transactions[id]
	if tx == nil {
		return true
	}
	t.against(v.Set.Graph())
	known := map[units.ID]bool{unit: true}
	var waits func(units.ID) bool
	waits = func(other units.ID) bool {
		waiting, ok := known[other]
		if job := t.current(other); !ok && job != nil && job.State == Waiting {
			t.eachWait(job, func(before units.ID) { waiting = waiting || waits(before) })
			known[other] = waiting
		}
		return waiting
	}
	for _, id := range tx.Jobs {
		if job := t.Jobs[id]; job.State != Ended && !waits(job.Unit) {
			return false
		}
	}
	return true
}

// take makes a job part of a transaction.
func (tx *Transaction) take(job *Job) {
	if slices.Contains(job.Transactions, tx.ID) {
		return
	}
	job.Transactions = append(job.Transactions, tx.ID)
	tx.Jobs = append(tx.Jobs, job.ID)
	tx.Open++
}

// conclude ends a transaction whose jobs have all ended.
func (t *Table) conclude(tx *Transaction, changes *Changes) {
	if tx.Result == "" {
		tx.Result, tx.Reason = t.outcome(tx)
	}
	changes.Transactions = append(changes.Transactions, tx.copy())
	t.History = append(t.History, tx.ID)
	t.forget()
}

// outcome is the result of what was asked for: the first failure, if there is one.
func (t *Table) outcome(tx *Transaction) (Result, string) {
	asked := make(map[units.ID]bool, len(tx.Asked))
	for _, id := range tx.Asked {
		asked[id] = true
	}
	skipped := 0
	for _, note := range tx.Notes {
		if !asked[note.Unit] {
			continue
		}
		if !note.Result.OK() {
			return note.Result, fmt.Sprintf("%s: %s", note.Unit, note.Text)
		}
		if note.Result == Skipped {
			skipped++
		}
	}
	for _, id := range tx.Jobs {
		if job := t.Jobs[id]; asked[job.Unit] && !job.Result.OK() {
			return job.Result, fmt.Sprintf("%s: %s", job.Unit, job.Reason)
		}
	}
	if skipped > 0 && len(tx.Jobs) == 0 {
		return Skipped, fmt.Sprintf("%s: %s", tx.Notes[0].Unit, tx.Notes[0].Text)
	}
	return Done, ""
}

// forget keeps the history within its bounds.
func (t *Table) forget() {
	for len(t.History) > maxHistory {
		tx := t.Transactions[t.History[0]]
		t.dropJobs(tx)
		delete(t.Transactions, tx.ID)
		t.History = t.History[1:]
	}
	kept := 0
	for _, id := range slices.Backward(t.History) {
		tx := t.Transactions[id]
		if kept += len(tx.Jobs); kept > maxEnded && id != t.History[len(t.History)-1] {
			t.dropJobs(tx)
		}
	}
}

// dropJobs forgets a transaction's jobs, as far as no other one holds them.
func (t *Table) dropJobs(tx *Transaction) {
	for _, id := range tx.Jobs {
		job := t.Jobs[id]
		// Copies of the job may be about, and share the list.
		job.Transactions = slices.DeleteFunc(slices.Clone(job.Transactions), func(other uint64) bool { return other == tx.ID })
		if len(job.Transactions) == 0 {
			delete(t.Jobs, id)
		}
	}
	tx.Jobs = nil
}

// Package job decides what start, stop, restart and reload mean: which other units a request reaches, what
// becomes of the jobs that are there already, and which job may run when.
//
// It follows systemd (src/core/job.c and transaction.c) where systemd has a rule. A request becomes a
// transaction: one job for each unit that it reaches, installed all or none. A unit has one job at a time, and
// at most one reload that follows it. What has no order between it runs in parallel.
//
// It does not know how a unit starts or stops; that is lifecycle. It does not wait, either: the engine asks
// which jobs may run, runs them, and says how they ended.
//
//	tx, ended, err := table.Submit(view, job.Request{Kind: job.Restart, Units: ids})
//	running, ended := table.Begin(view)                                // after every change
//	ended := table.Finish(view, id, job.Start, job.Failed, "exit 3")   // the unit came to an end with it
//
// Start with Table (table.go) and Submit (submit.go). The rules: what a request reaches in reach.go, what two
// jobs of one unit become in merge.go, who waits for whom in order.go, what a failure takes with it in
// finish.go, and what a unit's end causes outside of jobs in consequence.go.
package job

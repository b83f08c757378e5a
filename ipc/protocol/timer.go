package protocol

import "time"

// Timer says when a job runs, and how its runs went. Times are in the job's zone.
type Timer struct {
	ID string `json:"id"`
	// Schedule is a cron expression, Every an interval; neither: it runs on demand.
	Schedule string `json:"schedule,omitempty"`
	Every    string `json:"every,omitempty"`
	// Timezone is a name of the tz database; none: that of the manager.
	Timezone string `json:"timezone,omitempty"`
	// Enabled is false where the schedule, if there is one, is not in force.
	Enabled bool `json:"enabled"`
	// Next is when the next run begins, jitter included.
	Next time.Time `json:"next,omitzero"`
	// Running is the run that goes on, Last the last that has ended. Queued says that another one follows at once.
	Running *JobRun `json:"running,omitempty"`
	Last    *JobRun `json:"last,omitempty"`
	Queued  bool    `json:"queued,omitempty"`
	// Note says why the last time of the schedule was left out.
	Note string `json:"note,omitempty"`
}

// JobRun is one run of a job, with all attempts that it took.
type JobRun struct {
	// By says what began it: schedule, catch-up, queue or start.
	By       string    `json:"by"`
	Started  time.Time `json:"started"`
	Ended    time.Time `json:"ended,omitzero"`
	Duration int64     `json:"duration_ms"`
	Attempts int       `json:"attempts,omitempty"`
	// Result is ok, stop, interrupted, or the sub state of failed; Reason says more, for people. None while it runs.
	Result       string `json:"result,omitempty"`
	Reason       string `json:"reason,omitempty"`
	InvocationID string `json:"invocation_id,omitempty"`
}

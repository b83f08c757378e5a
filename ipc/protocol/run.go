package protocol

import (
	"fmt"
	"net/http"
	"time"
)

// RunRequest asks for a run of a pipeline; "" is the only one that there is. Commit is a commit, whole or abbreviated, or a
// tag; Branch another branch than the git step's. Neither: the newest of the git step's branch. Rollback asks for the run
// that is live to be taken back.
type RunRequest struct {
	Pipeline string `json:"pipeline,omitempty"`
	Commit   string `json:"commit,omitempty"`
	Branch   string `json:"branch,omitempty"`
	Rollback bool   `json:"rollback,omitempty"`
	// From says who asks; the server knows.
	From string `json:"-"`
}

// RunQuery asks for the Last runs of each of the pipelines, or of all where none is named.
type RunQuery struct {
	Pipelines []string
	Last      int
}

// MaxRuns is the most that RunQuery.Last may ask for: more are not kept.
const MaxRuns = 50

// The states of a run. What was done is being undone while it is RunRollingBack.
const (
	RunWaiting     = "waiting"
	RunRunning     = "running"
	RunRollingBack = "rolling-back"
	RunDone        = "done"
)

// RunOK is the result of a run that has done what was asked.
const RunOK = "ok"

// PipelineRun is one run of a pipeline.
type PipelineRun struct {
	Pipeline string `json:"pipeline"`
	ID       int    `json:"id"`
	// By says what began it (deploy, webhook, poll, rollback, start), From who.
	By   string `json:"by"`
	From string `json:"from,omitempty"`
	// AskedCommit and AskedBranch are what was asked for, Rollback says that this run takes another one back.
	AskedCommit string `json:"asked_commit,omitempty"`
	AskedBranch string `json:"asked_branch,omitempty"`
	Rollback    bool   `json:"rollback,omitempty"`
	State       string `json:"state"`
	// Result is ok, failed, rolled-back, rollback-failed, canceled, superseded or interrupted, once State is done; Reason says
	// more.
	Result string `json:"result,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Live says that what this run has brought is what serves.
	Live bool `json:"live,omitempty"`
	// Commit is what the git step has checked out, Release where; Previous is the commit before it.
	Commit    string    `json:"commit,omitempty"`
	Previous  string    `json:"previous,omitempty"`
	Release   string    `json:"release,omitempty"`
	StartedAt time.Time `json:"started_at,omitzero"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
	Duration  int64     `json:"duration_ms"`
	Steps     []RunStep `json:"steps,omitempty"`
}

// RunStep is what became of one step. The results are ok, failed and skipped; none before it has ended.
type RunStep struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Result string `json:"result,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Undone and Restored are the results of what a rollback did of it; Undoing is set while its undo runs.
	Undone    string    `json:"undone,omitempty"`
	Undoing   bool      `json:"undoing,omitempty"`
	Restored  string    `json:"restored,omitempty"`
	StartedAt time.Time `json:"started_at,omitzero"`
	Duration  int64     `json:"duration_ms,omitempty"`
	Attempts  int       `json:"attempts,omitempty"`
	// Before and After are what its state command said.
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
	// LastOutput holds the last lines of a step that failed.
	LastOutput []string `json:"last_output,omitempty"`
}

// Done tells whether the run has ended.
func (r PipelineRun) Done() bool { return r.State == RunDone }

// Success tells whether a run that is done did what was asked.
func (r PipelineRun) Success() bool { return r.Result == RunOK }

// Began tells whether the step has begun.
func (s RunStep) Began() bool { return !s.StartedAt.IsZero() }

// NoSuchRun says that a pipeline has no run of this id, or that it is forgotten.
func NoSuchRun(pipeline string, id int) *Problem {
	return &Problem{
		Type: TypeNoSuchRun, Title: "no such run", Status: http.StatusNotFound,
		Detail: fmt.Sprintf("run #%d of %s is not known: see unitctl deploys", id, pipeline),
	}
}

package lifecycle

import (
	"time"

	"unitd/policy/schedule"
	"unitd/units"
)

// PipelineRequest is what a run of a pipeline was asked for with.
type PipelineRequest struct {
	// By says what asked: ByDeploy and so on; From who, for people: "uid 1000", "github push 3f9c1e2 by alice".
	By   string `json:"by"`
	From string `json:"from,omitempty"`
	// Commit is what the git step is to check out; "": the newest of Branch, and with that "" of the step's own.
	Commit string `json:"commit,omitempty"`
	Branch string `json:"branch,omitempty"`
	// Rollback asks for the run that is live to be taken back, in place of a new one.
	Rollback bool `json:"rollback,omitempty"`
}

// The words for what asks for a run of a pipeline, beside ByHand (a start).
const (
	ByDeploy   = "deploy"
	ByWebhook  = "webhook"
	ByPoll     = "poll"
	ByRollback = "rollback"
)

// PipelineRun is one run of a pipeline, as it is remembered. Its id counts up for each pipeline.
type PipelineRun struct {
	ID int `json:"id"`
	PipelineRequest
	Began schedule.Reading `json:"began"`
	Ended schedule.Reading `json:"ended,omitzero"`
	Took  time.Duration    `json:"took,omitempty"`
	// Result is one of RunOK, RunFailed and so on; "" while it goes on. Why says more, for people: the step and its reason.
	Result string `json:"result,omitempty"`
	Why    string `json:"why,omitempty"`
	// Base is the run that was live before, 0: none that is known.
	Base  int       `json:"base,omitempty"`
	Steps []StepRun `json:"steps"`
	// Checked is the commit that the git step has checked out, Previous the one before, Release and Before the directories
	// of the two; "": there is none.
	Checked  string `json:"checked,omitempty"`
	Previous string `json:"previous,omitempty"`
	Release  string `json:"release,omitempty"`
	Before   string `json:"before,omitempty"`
	// Pending is the operation of the git step that was begun and may be half done, Reset says that a checkout in place is
	// another one than it was, Activated that `current` may lead to Release.
	Pending   string `json:"pending,omitempty"`
	Reset     bool   `json:"reset,omitempty"`
	Activated bool   `json:"activated,omitempty"`
	// Outcome is what Result will be once what was done is undone: set while a rollback goes on, and Why with it.
	Outcome string `json:"outcome,omitempty"`
}

// The results of a run, beside RunOK and RunInterrupted.
const (
	RunFailed         = "failed"          // nothing was rolled back, since nobody wants that or there was nothing to
	RunRolledBack     = "rolled-back"     // what was done is undone
	RunRollbackFailed = "rollback-failed" // what was done is not all undone: a person must look
	RunCanceled       = "canceled"        // somebody has stopped it, and what was done is undone
	RunSuperseded     = "superseded"      // a newer request came before it began
)

// StepRun is what became of one step in a run.
type StepRun struct {
	Name string         `json:"name"`
	Kind units.StepKind `json:"kind"`
	// Result is "ok", "failed" or "skipped"; "" while it runs, and before, as Began tells. Undone is the same for what a
	// rollback did of it, Restored for its `restore`. Undoing is set while its `undo` runs.
	Result   string           `json:"result,omitempty"`
	Undone   string           `json:"undone,omitempty"`
	Undoing  bool             `json:"undoing,omitempty"`
	Restored string           `json:"restored,omitempty"`
	Why      string           `json:"why,omitempty"`
	Began    schedule.Reading `json:"began,omitzero"`
	Took     time.Duration    `json:"took,omitempty"`
	Attempts int              `json:"attempts,omitempty"`
	// Before and After are what the `state` command said; Changed says that they differ, or that there is no such command
	// and so something may have changed.
	Before  string `json:"before,omitempty"`
	After   string `json:"after,omitempty"`
	Changed bool   `json:"changed,omitempty"`
	// Cut says that the end of the manager or the host has cut it off in its command.
	// Commanded that it had come to that.
	Cut       bool `json:"cut,omitempty"`
	Commanded bool `json:"commanded,omitempty"`
	// Up are the units of the step that were up before it and that a rollback brings back, Down those that were not.
	Up   []units.ID `json:"up,omitempty"`
	Down []units.ID `json:"down,omitempty"`
	// Lines are the last that a failed command has written, or a unit that did not come up.
	Lines []string `json:"lines,omitempty"`
}

// StepSkipped is the result of a step that its `when` has left out; the others are RunOK and RunFailed.
const StepSkipped = "skipped"

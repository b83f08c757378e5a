package protocol

// What applying a change does to a unit.
const (
	Added     = "added"
	Removed   = "removed"
	Replaced  = "replaced" // removed here and added under another id, listeners moved
	Restarted = "restarted"
	Rolled    = "rolled" // a pool, worker by worker
	Reloaded  = "reloaded"
	Scaled    = "scaled"
	Live      = "live" // takes effect without touching a process
)

// Plan is what apply would do.
type Plan struct {
	Changes []Change `json:"changes"`
	// Consequences are what that brings about in other units.
	Consequences []Consequence `json:"consequences,omitempty"`
	// Overrides are the values that enable, disable, scale and maintenance put above the unit files.
	Overrides []Override `json:"overrides,omitempty"`
	// Warnings are the rendered diagnostics of unit files that load nevertheless.
	Warnings string `json:"warnings,omitempty"`
}

// Change is what happens to one unit and why.
type Change struct {
	Unit   string `json:"unit"`
	Action string `json:"action"`
	// Reason says more where the attributes do not ("env_file: 2 values changed"; "stays stopped").
	Reason     string            `json:"reason,omitempty"`
	Attributes []AttributeChange `json:"attributes,omitempty"`
}

// AttributeChange is one changed attribute, blocks dotted ("restart.delay"). A sensitive value reads
// "(sensitive)".
type AttributeChange struct {
	Name string `json:"name"`
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// Consequence is what happens to a unit because another one changes.
type Consequence struct {
	Unit   string `json:"unit"`
	Verb   string `json:"verb"`   // start, stop or restart
	Reason string `json:"reason"` // "requires app.db"
}

// Override is a value that was set by a verb; it ends when Configured changes.
type Override struct {
	Unit       string `json:"unit"`
	Attribute  string `json:"attribute"` // "enabled", "workers", "maintenance"
	Value      string `json:"value"`
	Configured string `json:"configured"`
}

// ApplyRequest says how to apply. With NoRestart definitions are loaded and what runs is left alone.
type ApplyRequest struct {
	NoRestart bool `json:"no_restart,omitempty"`
}

// ApplyResult is the plan that is being carried out; Job is nil when no process is touched.
type ApplyResult struct {
	Plan Plan       `json:"plan"`
	Job  *JobStatus `json:"job,omitempty"`
}

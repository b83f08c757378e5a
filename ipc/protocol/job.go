package protocol

import "time"

// The verbs that a job may carry out.
const (
	Start           = "start"
	Stop            = "stop"
	Restart         = "restart"
	TryRestart      = "try-restart"
	Reload          = "reload"
	ReloadOrRestart = "reload-or-restart"
)

// JobVerbs lists every verb of POST /v1/jobs. Jobs of other verbs ("scale", "apply", "enable",
// "disable") come out of their own requests.
var JobVerbs = []string{Start, Stop, Restart, TryRestart, Reload, ReloadOrRestart}

// The states of a job.
const (
	JobWaiting = "waiting"
	JobRunning = "running"
	JobDone    = "done"
)

// The results of a job that is done; systemd's words. Success says which of them are no failure.
const (
	ResultDone       = "done"
	ResultFailed     = "failed"
	ResultTimeout    = "timeout"
	ResultDependency = "dependency" // a unit that it needs could not start
	ResultCanceled   = "canceled"   // another job took its place
	ResultSkipped    = "skipped"    // nothing to do: try-restart of what does not run
)

// JobRequest asks for one transaction over all the units named.
type JobRequest struct {
	Verb  string   `json:"verb"`
	Units []string `json:"units"`
}

// JobStatus is a transaction: what was asked for and how far each of its units is.
type JobStatus struct {
	ID   uint64 `json:"id"`
	Verb string `json:"verb"`
	// Targets are the ids of the units asked for; Units holds these and all that the transaction pulled in.
	Targets []string `json:"targets"`
	State   string   `json:"state"`
	// Result and Reason are set when State is "done"; Reason is empty for a success.
	Result string `json:"result,omitempty"`
	Reason string `json:"reason,omitempty"`
	// Warnings are one-liners that the person who asked should see ("unit files changed since …").
	Warnings  []string  `json:"warnings,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero"`
	EndedAt   time.Time `json:"ended_at,omitzero"`
	Units     []JobUnit `json:"units,omitempty"`
}

// JobUnit is one unit's part of a job.
type JobUnit struct {
	ID     string `json:"id"`
	Verb   string `json:"verb"`
	State  string `json:"state"`
	Result string `json:"result,omitempty"`
	Reason string `json:"reason,omitempty"`
	Active string `json:"active"`
	Sub    string `json:"sub"`
	// WaitingFor holds the ids of the units that it waits for, Note how it stands in a few words.
	WaitingFor []string `json:"waiting_for,omitempty"`
	Note       string   `json:"note,omitempty"`
	// LastOutput holds the unit's last log lines where its part failed.
	LastOutput []string `json:"last_output,omitempty"`
}

// Done tells whether the job has ended.
func (j JobStatus) Done() bool { return j.State == JobDone }

// Success tells whether a job that is done did what was asked.
func (j JobStatus) Success() bool { return successful(j.Result) }

// Success tells whether this unit's part, when done, did what was asked.
func (u JobUnit) Success() bool { return successful(u.Result) }

func successful(result string) bool { return result == ResultDone || result == ResultSkipped }

// ScaleRequest sets the number of a pool's workers: exactly one of Workers (0 or more) and By (not 0).
type ScaleRequest struct {
	Workers *int `json:"workers,omitempty"`
	By      int  `json:"by,omitempty"`
}

// MaintenanceRequest says whether the manager is to answer the clients of a pool; said again, its page is read again.
type MaintenanceRequest struct {
	On *bool `json:"on"`
}

// KillRequest sends a signal. Signal is spelled as in signal(7), "SIGHUP"; Whom is KillMain or KillAll.
type KillRequest struct {
	Units  []string `json:"units"`
	Signal string   `json:"signal"`
	Whom   string   `json:"whom"`
}

// Whom a signal is sent to: the main process (of every worker), or every process of the unit.
const (
	KillMain = "main"
	KillAll  = "all"
)

// NamesRequest names units.
type NamesRequest struct {
	Units []string `json:"units"`
}

// EnableRequest sets or clears `enabled` as an override kept in state; Now also starts or stops. Enabled
// travels in the path of the request: /v1/enable or /v1/disable.
type EnableRequest struct {
	Units   []string `json:"units"`
	Enabled bool     `json:"-"`
	Now     bool     `json:"now,omitempty"`
}

// EnableResult says which ids changed; Job is the start or stop that Now asked for.
type EnableResult struct {
	Changed []string   `json:"changed"`
	Job     *JobStatus `json:"job,omitempty"`
}

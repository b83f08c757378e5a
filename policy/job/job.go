package job

import (
	"unitd/units"
)

// Kind is what a request wants of its units, and what a job does.
type Kind string

// The kinds. A job is Start, Stop, Restart or Reload; the others become one of these, or nothing, by what the
// unit does when the transaction is made.
const (
	Start           Kind = "start"
	Stop            Kind = "stop"
	Restart         Kind = "restart"
	Reload          Kind = "reload"
	TryRestart      Kind = "try-restart"       // restart what runs
	ReloadOrRestart Kind = "reload-or-restart" // reload what can, restart or start the others
)

// State is how far a job is.
type State string

// The states of a job.
const (
	Waiting State = "waiting"
	Running State = "running"
	Ended   State = "done"
)

// Result is how a job or a transaction ended; "" before that.
type Result string

// The results.
const (
	Done       Result = "done"
	Failed     Result = "failed"
	Timeout    Result = "timeout"
	Dependency Result = "dependency" // what the unit needs could not start
	Canceled   Result = "canceled"   // a newer job took its place
	Skipped    Result = "skipped"    // there was nothing to do
)

// OK reports a result that is no failure.
func (r Result) OK() bool { return r == Done || r == Skipped }

// Because says why a job exists. Its text reads "required by pool.api", or why the request was made.
type Because struct {
	How  string   `json:"how"`
	Unit units.ID `json:"unit,omitempty"` // "" for what was asked for itself
}

// How one unit's job brings about another's.
const (
	requiredBy   = "required by"
	wantedBy     = "wanted by"
	boundBy      = "bound by"
	memberOf     = "member of"
	requires     = "requires"
	boundTo      = "bound to"
	partOf       = "part of"
	conflictWith = "conflicts with"
	askedFor     = "asked for"
)

func (b Because) String() string {
	if b.Unit == "" {
		return b.How
	}
	return b.How + " " + string(b.Unit)
}

// Job is one unit's part of one or more transactions.
type Job struct {
	ID   uint64   `json:"id"`
	Unit units.ID `json:"unit"`
	Kind Kind     `json:"kind"`
	// Now is what the unit is to do now: Start, Stop or Reload. A restart stops, then starts; so does a
	// start of a unit that is still stopping.
	Now   Kind  `json:"now"`
	State State `json:"state"`
	// Started says that the unit has been told to start.
	Started bool   `json:"started,omitempty"`
	Result  Result `json:"result,omitempty"`
	// Reason says why the result is what it is; for people.
	Reason  string  `json:"reason,omitempty"`
	Because Because `json:"because"`
	// Origin is why the request was made that the job came from (Request.Why); "" where somebody asked for
	// it, or for a job that was merged into it, and waits for the answer.
	Origin string `json:"origin,omitempty"`
	// Transactions are those that the job belongs to: more than one where jobs were merged.
	Transactions []uint64 `json:"transactions"`

	// Lost says why the start that follows the present stop cannot come about any more.
	Lost string `json:"lost,omitempty"`
	// Missing are the members that did not start, for a supervisor that starts.
	Missing []units.ID `json:"missing,omitempty"`
}

// starts reports a job that ends with the unit started.
func (j *Job) starts() bool { return j.Kind == Start || j.Kind == Restart }

// Forgone reports a start that has come to nothing before the unit was told.
func (j *Job) Forgone() bool { return j.starts() && !j.Started && j.State == Ended }

package units

import (
	"github.com/hashicorp/hcl/v2"
)

// Set is everything that one unit directory says, evaluated: the model that policy and the manager work from.
// It does not change once Load has returned it.
type Set struct {
	Units     map[ID]*Unit
	Manager   Manager
	Variables []Variable
	// Sources holds the bytes of every file that was loaded, by path relative to the unit directory, so
	// that the last good load can be kept and shown.
	Sources map[string][]byte
	graph   *Graph
}

// Unit is one unit of any kind. Exactly one of the pointers below Essential is set, the one of its kind.
type Unit struct {
	ID          ID
	Description string
	Enabled     bool
	// Supervisor is the id of the owning supervisor, or "".
	Supervisor ID
	// Requires to OnSuccess hold the ids written in that attribute, without duplicates, in the order
	// written; a reference to all instances of a for_each is expanded. Graph adds what follows from them.
	Requires, Wants, BindsTo, PartOf, After, Before, Conflicts, OnFailure, OnSuccess []ID
	Essential                                                                        bool

	Delay    *Delay
	Group    *Supervisor
	App      *App
	Pool     *Pool
	Job      *Job
	Pipeline *Pipeline

	// Alerts are those that speak for it, those of its supervisors included.
	Alerts []Alert

	// TemplateOf is the pool that runs this app, or "": such an app is no unit of its own for the manager.
	TemplateOf ID
	// Range is the block's header, for diagnostics and `cat`; Source the whole block.
	Range, Source hcl.Range
}

// Process returns what the unit runs as a process: its own, a pool's app's, how a pipeline's steps run, or nil for a kind
// without one.
func (u *Unit) Process() *Process {
	switch {
	case u.App != nil:
		return &u.App.Process
	case u.Pool != nil:
		return u.Pool.App
	case u.Job != nil:
		return &u.Job.Process
	case u.Pipeline != nil:
		return &u.Pipeline.Process
	}
	return nil
}

// Variable is a variable's value and where it came from, for `show` and plans.
type Variable struct {
	Name      string
	Source    string // "default", "config.env", "config.local.env", "environment", "command line"
	Value     string // for people; "(sensitive)" where it is
	Sensitive bool
}

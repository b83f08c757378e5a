package units

import "time"

// Step is one step of a pipeline.
type Step struct {
	Name string
	Kind StepKind
	// Git is what a step of kind git fetches, Units what reload, restart, start, stop and healthy are about.
	Git     *Git
	Units   []ID
	Timeout time.Duration
	Retry   Retry
	// Template gives the commands when the step runs.
	Template                      StepTemplate
	HasState, HasUndo, HasRestore bool
}

// StepKind is the one thing that a step does: the name of the attribute or block that says it.
type StepKind string

// What a step may do.
const (
	StepCommand StepKind = "command"
	StepGit     StepKind = "git"
	StepReload  StepKind = "reload"
	StepRestart StepKind = "restart"
	StepStart   StepKind = "start"
	StepStop    StepKind = "stop"
	StepHealthy StepKind = "healthy"
	StepApply   StepKind = "apply"
)

// StepTemplate gives what a step runs, with what is known when it does.
type StepTemplate interface {
	// Step evaluates the expressions of the part that the scope names. An error is one that only shows with these values,
	// or an empty step.before where the part names it; it is for people and quotes no sensitive value.
	Step(StepScope) (StepProgram, error)
}

// StepPart is the part of a step that is about to run.
type StepPart string

// The parts of a step.
const (
	PartForward StepPart = ""        // state and command, unless `when` is false
	PartUndo    StepPart = "undo"    // in the new release
	PartRestore StepPart = "restore" // in the old one
)

// StepScope is what expressions of a step may refer to beside what was known when loading.
type StepScope struct {
	// Part is what is asked for: only undo and restore may name step.before.
	Part StepPart
	// Before is what `state` said before the step: step.before.
	Before string
	// ID, Commit, Previous and Release are run.id, run.commit, run.previous (the commit that was live before) and run.release
	// (the directory in which the steps run).
	ID                        int
	Commit, Previous, Release string
	// Credentials is the directory of the pipeline's secrets, or "".
	Credentials string
}

// StepProgram is what one step runs, fully evaluated. Undo and Restore are given where that part was asked for, the rest
// always. Env is sorted by name, and holds what the step adds to the pipeline's.
type StepProgram struct {
	When                          bool
	Command, State, Undo, Restore []string
	Env                           []EnvVar
}

// FixedStep is a StepTemplate that is the same in every run.
type FixedStep StepProgram

// Step returns the fixed program.
func (f FixedStep) Step(StepScope) (StepProgram, error) { return StepProgram(f), nil }

// Git says what a git step fetches and how it lays it out.
type Git struct {
	URL, Remote, Branch, Layout string
	Keep                        int
	Shared                      []string
	// Submodules are checked out too. Verify takes only commits with a good signature (git verify-commit): by a key in the
	// account's GnuPG keyring, or, for ssh keys, one in the file AllowedSigners (ssh-keygen(1), "" for that of git's own settings).
	Submodules, Verify bool
	AllowedSigners     string
	// Dirty says what becomes of changes in a checkout in place: DirtyRefuse or DirtyDiscard.
	Dirty string
}

// The layouts of a git step.
const (
	LayoutReleases = "releases"
	LayoutInPlace  = "in_place"
)

// What becomes of changes that are in no commit, in a checkout in place.
const (
	DirtyRefuse  = "refuse"
	DirtyDiscard = "discard"
)

package checkout

import "time"

// Operation is one thing to do. Either Command or Effect is there; the zero Operation says that nothing is left to do.
type Operation struct {
	// Name tells it from the others of its purpose, and is what people read: "fetch", "clone".
	Name    string   `json:"name"`
	Command *Command `json:"command,omitempty"`
	Effect  *Effect  `json:"effect,omitempty"`
}

// Done reports that nothing is left to do.
func (o Operation) Done() bool { return o.Name == "" }

// Command is a program to run with the environment of the pipeline. Its standard input is empty and its session has no
// terminal; both matter, since git and ssh would ask there.
type Command struct {
	Argv []string `json:"argv"`
	Dir  string   `json:"dir"`
	// Env is NAME=VALUE, above what the pipeline gives.
	Env []string `json:"env"`
	// Stdout is wanted in the result, MaxStdout bytes of it at most; otherwise it belongs in the log, as stderr always does.
	Stdout bool `json:"stdout,omitempty"`
	// Timeout is the most that it may take; 0: what is left of the step's.
	Timeout time.Duration `json:"timeout,omitempty"`
}

// MaxStdout is how much of a command's output a result has to hold. What is longer may be cut.
const MaxStdout = 64 << 10

// EffectKind says what is to be done to files.
type EffectKind string

// The effects; runtime/release has a function for each.
const (
	Prepare  EffectKind = "prepare"  // make Directory ready for a release, and look at what there is
	Look     EffectKind = "look"     // only look
	Link     EffectKind = "link"     // put links to Names, below shared, into Partial
	Complete EffectKind = "complete" // Partial is complete and becomes Release
	Activate EffectKind = "activate" // `current` leads to Target from now on; "": there is none any more
	Discard  EffectKind = "discard"  // remove the releases Names, complete or not
	Unlock   EffectKind = "unlock"   // remove the locks that a killed git has left in the checkout
)

// Effect is something to do to files below Directory.
type Effect struct {
	Kind      EffectKind `json:"kind"`
	Directory string     `json:"directory"`
	Release   string     `json:"release,omitempty"` // a name below releases
	Partial   string     `json:"partial,omitempty"` // the same, of one that is not complete
	Target    string     `json:"target,omitempty"`  // a directory
	Names     []string   `json:"names,omitempty"`
}

// Result is what came of an operation.
type Result struct {
	Name string `json:"name"` // the operation's
	// Exit is the exit status of a command, Err how it ended, or why an effect failed, in words: "exit 128", "killed by SIGKILL",
	// "no answer within 10m0s". Err is empty for what did what it should, so with Exit 0; a command that ended in another way than
	// by an exit has Exit -1.
	Exit int    `json:"exit,omitempty"`
	Err  string `json:"err,omitempty"`
	// Stdout is what was asked for, Said the end of what a command complained of (stderr), as far as it is at hand.
	Stdout string `json:"stdout,omitempty"`
	Said   string `json:"said,omitempty"`
	// Found is what the effects Prepare and Look saw.
	Found Found `json:"found,omitzero"`
}

// Found is what there is in the directory of a pipeline.
type Found struct {
	// Current is the directory that `current` leads to, absolute, "": there is no such link; Commit what is checked out there, as
	// far as its .git tells.
	Current string `json:"current,omitempty"`
	Commit  string `json:"commit,omitempty"`
	// Releases are the complete ones, in no order.
	Releases []Release `json:"releases,omitempty"`
	// Used are directories that programs run in, or are to start in: those of their generations. No release with one of them is
	// pruned.
	Used []string `json:"used,omitempty"`
}

// Release is a directory below releases.
type Release struct {
	Name string    `json:"name"`
	Made time.Time `json:"made"`
}

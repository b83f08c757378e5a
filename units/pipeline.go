package units

import "time"

// Pipeline is a list of steps that stops at the first failure.
type Pipeline struct {
	Directory string
	EnvFiles  []EnvFile
	Triggers  []Trigger
	Steps     []Step
	Rollback  bool
}

// Trigger starts a pipeline: "webhook" or "poll".
type Trigger struct {
	Kind       string
	Listen     string
	Path       string
	Provider   string
	SecretFile string
	Branch     string
	Every      time.Duration
}

// Step is one step of a pipeline.
type Step struct {
	Name                                  string
	Git                                   *Git
	Reload, Restart, Start, Stop, Healthy []ID
	Apply                                 bool
	Timeout                               time.Duration
	Retry                                 Retry
	// Commands are evaluated when the step runs, since `undo` may name step.before.
	HasCommand, HasState, HasUndo, HasRestore, HasWhen bool
}

// Git says what a git step fetches and how it lays it out.
type Git struct {
	URL, Remote, Branch, Layout string
	Keep                        int
	Shared                      []string
}

package checkout

import (
	"errors"
	"fmt"
	"path"

	"unitd/units"
)

// Purpose is what a number of operations is for.
type Purpose string

// The purposes, each with what it needs of a Spec beside Git and Directory.
const (
	// Fetch is the git step: it gets the commit and checks it out. It needs Run, and starts from a zero Outcome.
	Fetch Purpose = "fetch"
	// Live makes the new release the one that `current` leads to, Revert the one before. Both need the Outcome of the fetch, and
	// have nothing to do in place.
	Live   Purpose = "live"
	Revert Purpose = "revert"
	// Undo takes the fetch back, finished or not: it needs the Outcome as Next has given it last. `current` has to be back by
	// then, and nothing may run in the release any more.
	Undo Purpose = "undo"
	// Prune removes what a run that has ended well leaves over: old releases, and what git has in its store twice. It needs
	// the Outcome. That it fails is no reason for the run to fail.
	Prune Purpose = "prune"
)

// Spec is a git step of one run.
type Spec struct {
	Git units.Git
	// Directory is that of the pipeline, absolute.
	Directory string
	// Run is the id of the run; the name of a release begins with it.
	Run int
	// Commit is what `deploy --to` names: a commit, abbreviated or whole, or a tag. Branch replaces that of Git. Both may be "".
	Commit, Branch string
	// Outcome is what the fetch came to.
	Outcome Outcome
}

// Outcome is what a fetch comes to. Next gives it each time as far as it has come.
type Outcome struct {
	// Commit is what is checked out, Previous what was before, as full hashes; Previous is "" where there was nothing, or
	// nobody knows.
	Commit   string `json:"commit,omitempty"`
	Previous string `json:"previous,omitempty"`
	// Release is the directory in which the steps that follow run, Before that of the release that was live, "" where there
	// was none. In place both are the checkout.
	Release string `json:"release,omitempty"`
	Before  string `json:"before,omitempty"`
	// Pending is the operation that was begun last, until it has succeeded.
	Pending string `json:"pending,omitempty"`
	// Moved says that a checkout in place may be at another commit than Previous.
	Moved bool `json:"moved,omitempty"`
}

// Next gives the operation that follows the results, in the order in which they came; one that is Done: none does, and the
// purpose is reached. An error says why it cannot be reached, and what a person may do; what was done until then is in the
// Outcome.
func Next(p Purpose, s Spec, done []Result) (Operation, Outcome, error) {
	w := &walk{Spec: s, Outcome: s.Outcome}
	if err := s.check(p); err != nil {
		return Operation{}, w.Outcome, err
	}
	for _, stage := range stagesOf(p, s) {
		if stage.applies != nil && !stage.applies(w) {
			continue
		}
		if len(done) == 0 {
			operation := stage.operation(w)
			operation.Name, w.Outcome.Pending = stage.name, stage.name
			return operation, w.Outcome, nil
		}
		result := done[0]
		if done = done[1:]; result.Name != stage.name {
			return Operation{}, w.Outcome, fmt.Errorf("continue a git step: its next operation is %s, and what was done is %s", stage.name, result.Name)
		}
		if err := stage.learned(w, result); err != nil {
			w.Outcome.Pending = stage.name
			return Operation{}, w.Outcome, err
		}
		w.Outcome.Pending = ""
	}
	return Operation{}, w.Outcome, nil
}

// walk is what is known on the way through the stages.
type walk struct {
	Spec
	Outcome Outcome
	ssh     string // what git is told to run as ssh; "": its own choice
	found   Found
}

// stage is one operation of a purpose.
type stage struct {
	name      string
	applies   func(*walk) bool // nil: always
	operation func(*walk) Operation
	// learn takes what came of it; nil: it only has to succeed.
	learn func(*walk, Result) error
}

func (s stage) learned(w *walk, r Result) error {
	if s.learn != nil {
		return s.learn(w, r)
	}
	return w.succeeded(r)
}

// stagesOf are the stages of a purpose in their order.
func stagesOf(p Purpose, s Spec) []stage {
	inPlace := s.InPlace()
	switch p {
	case Fetch:
		if inPlace {
			return fetchInPlace
		}
		return fetchRelease
	case Live:
		return goLive
	case Revert:
		return goBack
	case Undo:
		if inPlace {
			return undoInPlace
		}
		return undoRelease
	case Prune:
		return pruning
	}
	return nil
}

// InPlace reports a checkout in DIRECTORY itself.
func (s Spec) InPlace() bool { return s.Git.Layout == units.LayoutInPlace }

// check refuses what no operation can be made of.
func (s Spec) check(p Purpose) error {
	if !path.IsAbs(s.Directory) {
		return fmt.Errorf("git: the directory %q is not absolute", s.Directory)
	}
	if p != Fetch { // what they go by is in the Outcome
		return nil
	}
	if err := units.CheckBranch(s.branch()); err != nil {
		return err
	}
	if s.Commit != "" && units.CheckBranch(s.Commit) != nil { // an option, or an expression of git's
		return fmt.Errorf("deploy %q: this is neither a commit nor a tag", s.Commit)
	}
	if !s.InPlace() && s.Run <= 0 {
		return errors.New("git: a release without a run")
	}
	if s.InPlace() && s.Git.URL == "" {
		return nil
	}
	return units.CheckGitURL(s.Git.URL)
}

// branch is the branch that is wanted.
func (s Spec) branch() string {
	if s.Branch != "" {
		return s.Branch
	}
	return s.Git.Branch
}

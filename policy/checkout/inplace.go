package checkout

import (
	"fmt"
	"strings"

	"unitd/units"
)

// fetchInPlace sets the checkout to the new commit. Nothing is touched before all that can be refused is known.
var fetchInPlace = []stage{
	{
		name: "head",
		operation: func(w *walk) Operation {
			c := w.git("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
			c.Stdout = true
			return Operation{Command: c}
		},
		learn: func(w *walk, r Result) error {
			if r.Exit > 0 {
				return fmt.Errorf("use %s: it is no git checkout with a commit (%s): clone there first, or take layout = \"releases\"", w.Directory, because(r))
			}
			if err := w.succeeded(r); err != nil {
				return err
			}
			w.Outcome.Previous, w.Outcome.Release, w.Outcome.Before = strings.TrimSpace(r.Stdout), w.Directory, w.Directory
			return nil
		},
	},
	{
		name:    "status",
		applies: refusesDirty,
		operation: func(w *walk) Operation {
			c := w.git("status", "--porcelain", "--untracked-files=no")
			c.Stdout = true
			return Operation{Command: c}
		},
		learn: func(w *walk, r Result) error {
			if err := w.succeeded(r); err != nil {
				return err
			}
			if r.Stdout != "" {
				return w.dirty("changed", changed(r.Stdout))
			}
			return nil
		},
	},
	findSSH,
	{
		// Tags that are there already belong to whoever made them.
		name: "fetch",
		operation: func(w *walk) Operation {
			arguments := []string{"fetch", "--prune", w.remote(), "+refs/heads/*:refs/remotes/" + w.tracked() + "/*"}
			return Operation{Command: w.network(arguments...)}
		},
	},
	resolve,
	verify,
	{
		// What git does not know, but the commit has, would be overwritten by a reset without a word.
		name:    "untracked",
		applies: refusesDirty,
		operation: func(w *walk) Operation {
			return Operation{Command: w.git("read-tree", "--dry-run", "-m", "-u", w.Outcome.Previous, w.Outcome.Commit)}
		},
		learn: func(w *walk, r Result) error {
			if r.Exit > 0 {
				return w.dirty("in the way", []string{complaint(r.Said)})
			}
			return w.succeeded(r)
		},
	},
	{
		// For git, what it ignores may be overwritten. But that is where a .env is, until somebody commits one by mistake.
		name:    "ignored",
		applies: refusesDirty,
		operation: func(w *walk) Operation {
			c := w.git("diff", "--name-only", "--no-renames", "--ignore-submodules", "--diff-filter=A", "-z", w.Outcome.Previous, w.Outcome.Commit, "--")
			c.Argv = append([]string{"/bin/sh", "-c", `"$@" | xargs -0 -r ls -d -- 2>/dev/null`, "sh"}, c.Argv...)
			c.Stdout = true
			return Operation{Command: c}
		},
		learn: func(w *walk, r Result) error {
			if r.Exit < 0 {
				return w.succeeded(r)
			}
			if there := lines(r.Stdout); len(there) > 0 { // ls fails for each that is not there
				return w.dirty("in the way", there)
			}
			return nil
		},
	},
	{
		name: "reset",
		operation: func(w *walk) Operation {
			w.Outcome.Moved = true
			return w.reset(w.Outcome.Commit)
		},
		learn: func(w *walk, r Result) error {
			w.Outcome.Moved = true
			return w.succeeded(r)
		},
	},
	submodulesInPlace,
}

// undoInPlace sets the checkout back.
var undoInPlace = []stage{
	{
		// A git that was killed leaves a lock behind, and every later one refuses to work.
		name:      "unlock",
		applies:   func(w *walk) bool { return w.Spec.Outcome.Pending != "" },
		operation: func(w *walk) Operation { return w.effect(Effect{Kind: Unlock}) },
	},
	{
		name:      "reset",
		applies:   func(w *walk) bool { return w.Spec.Outcome.Moved },
		operation: func(w *walk) Operation { return w.reset(w.Outcome.Previous) },
		learn: func(w *walk, r Result) error {
			err := w.succeeded(r)
			w.Outcome.Moved = err != nil
			return err
		},
	},
	undoSubmodules,
}

var submodulesInPlace = stage{
	name:      "submodules",
	applies:   func(w *walk) bool { return w.Git.Submodules },
	operation: updateSubmodules,
}

var undoSubmodules = stage{
	name:      "submodules",
	applies:   func(w *walk) bool { return w.Git.Submodules && w.Spec.Outcome.Moved },
	operation: updateSubmodules,
}

func updateSubmodules(w *walk) Operation {
	arguments := []string{"submodule", "update", "--quiet", "--init", "--recursive"}
	if !refusesDirty(w) {
		arguments = append(arguments, "--force")
	}
	return Operation{Command: w.network(arguments...)}
}

func (w *walk) reset(commit string) Operation {
	return Operation{Command: w.network("reset", "--quiet", "--hard", commit, "--")}
}

func refusesDirty(w *walk) bool { return w.Git.Dirty != units.DirtyDiscard }

// dirty refuses a checkout with what belongs to nobody's commit.
func (w *walk) dirty(how string, files []string) error {
	const shown = 3
	list := strings.Join(files[:min(shown, len(files))], ", ")
	if len(files) > shown {
		list += fmt.Sprintf(" and %d more", len(files)-shown)
	}
	return fmt.Errorf("reset %s: %s: %s: commit it, move it away, or set dirty = %q, which throws it away", w.Directory, how, list, units.DirtyDiscard)
}

// changed are the files in the output of git status, format 1: two letters, a space, the path.
func changed(output string) []string {
	var files []string
	for _, line := range lines(output) {
		files = append(files, line[min(3, len(line)):])
	}
	return files
}

// lines are the lines of an output, without what ends them.
func lines(output string) []string {
	if output == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(output, "\n"), "\n")
}

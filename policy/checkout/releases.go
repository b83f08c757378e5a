package checkout

import (
	"fmt"
	"path"
	"slices"
)

// What is in the directory of a pipeline whose layout is releases.
const (
	mirror   = "repo"     // a bare mirror of the remote
	releases = "releases" // one directory for each run
)

// fetchRelease gets a new release ready beside the one that is live.
var fetchRelease = []stage{
	{
		name:      "prepare",
		operation: func(w *walk) Operation { return w.effect(Effect{Kind: Prepare}) },
		learn: func(w *walk, r Result) error {
			w.found = r.Found
			w.Outcome.Before, w.Outcome.Previous = r.Found.Current, r.Found.Commit
			return w.succeeded(r)
		},
	},
	{
		// Does nothing to one that is there, and completes one that is not.
		name: "mirror",
		operation: func(w *walk) Operation {
			return Operation{Command: w.git("-c", "init.defaultBranch=main", "init", "--quiet", "--bare", "--template=", mirror)}
		},
	},
	findSSH,
	{
		// The refspecs are given each time, so a url may change; "+" follows a forced push, and --prune a branch that is gone.
		name: "fetch",
		operation: func(w *walk) Operation {
			return Operation{Command: w.network(w.store("fetch", "--prune", "--no-tags", w.remote(), "+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")...)}
		},
	},
	resolve,
	verify,
	{
		// A clone of its own, of hard links, stays whole whatever becomes of the mirror (docs/adr/0012).
		name: "clone",
		operation: func(w *walk) Operation {
			return Operation{Command: w.git("clone", "--quiet", "--local", "--no-checkout", "--template=", mirror, w.partial())}
		},
	},
	{
		// Submodules with relative urls, LFS and people count from here.
		name: "origin",
		operation: func(w *walk) Operation {
			return Operation{Command: w.git("-C", w.partial(), "remote", "set-url", "origin", w.remote())}
		},
	},
	{
		name: "checkout",
		operation: func(w *walk) Operation {
			return Operation{Command: w.network("-C", w.partial(), "checkout", "--quiet", "--detach", w.Outcome.Commit, "--")}
		},
	},
	{
		name:    "submodules",
		applies: func(w *walk) bool { return w.Git.Submodules },
		operation: func(w *walk) Operation {
			return Operation{Command: w.network("-C", w.partial(), "submodule", "update", "--quiet", "--init", "--recursive")}
		},
	},
	{
		name:    "link",
		applies: func(w *walk) bool { return len(w.Git.Shared) > 0 },
		operation: func(w *walk) Operation {
			return w.effect(Effect{Kind: Link, Partial: path.Base(w.partial()), Names: w.Git.Shared})
		},
	},
	{
		name: "complete",
		operation: func(w *walk) Operation {
			return w.effect(Effect{Kind: Complete, Partial: path.Base(w.partial()), Release: path.Base(w.Outcome.Release)})
		},
	},
}

// effect is an operation on the files of the pipeline.
func (w *walk) effect(e Effect) Operation {
	e.Directory = w.Directory
	return Operation{Effect: &e}
}

// name gives the release its name: of the run, for people to find it in the history, and of the commit. Where it is taken,
// since the history was lost and runs count from one again, a number tells them apart.
func (w *walk) name() {
	if w.InPlace() {
		return
	}
	wanted := fmt.Sprintf("%d-%s", w.Run, short(w.Outcome.Commit))
	name := wanted
	taken := func(r Release) bool { return r.Name == name }
	for again := 2; slices.ContainsFunc(w.found.Releases, taken); again++ {
		name = fmt.Sprintf("%s.%d", wanted, again)
	}
	w.Outcome.Release = path.Join(w.Directory, releases, name)
}

// partial is where the release is built, from the directory of the pipeline: hidden, and with an ending that runtime/release
// removes wherever it finds it left over.
func (w *walk) partial() string { return path.Join(releases, Partial(path.Base(w.Outcome.Release))) }

// Partial is the name of a release that is not complete.
func Partial(release string) string { return "." + release + ".partial" }

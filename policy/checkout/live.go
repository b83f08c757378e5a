package checkout

import (
	"cmp"
	"path"
	"slices"
	"strconv"
	"strings"
)

func onReleases(w *walk) bool { return !w.InPlace() }

var goLive = []stage{{
	name:      "activate",
	applies:   onReleases,
	operation: func(w *walk) Operation { return w.effect(Effect{Kind: Activate, Target: w.Outcome.Release}) },
}}

// goBack also takes `current` away where there was none before.
var goBack = []stage{{
	name:      "activate",
	applies:   onReleases,
	operation: func(w *walk) Operation { return w.effect(Effect{Kind: Activate, Target: w.Outcome.Before}) },
}}

var undoRelease = []stage{{
	name:    "discard",
	applies: func(w *walk) bool { return w.Outcome.Release != "" },
	operation: func(w *walk) Operation {
		return w.effect(Effect{Kind: Discard, Names: []string{path.Base(w.Outcome.Release)}})
	},
}}

// pruning removes old releases, and lets git tidy up its store where it finds that worth while. That comes here, and not with
// the fetch, since it would detach itself there and be killed as something left behind.
var pruning = []stage{
	{
		name:      "look",
		applies:   onReleases,
		operation: func(w *walk) Operation { return w.effect(Effect{Kind: Look}) },
		learn: func(w *walk, r Result) error {
			w.found = r.Found
			return w.succeeded(r)
		},
	},
	{
		name:    "discard",
		applies: func(w *walk) bool { return len(w.old()) > 0 },
		operation: func(w *walk) Operation {
			return w.effect(Effect{Kind: Discard, Names: w.old()})
		},
	},
	{
		name: "gc",
		operation: func(w *walk) Operation {
			c := w.command([]string{"gc.autoDetach=false", "pack.threads=1"}, w.store("gc", "--auto", "--quiet"))
			c.Timeout = gcTimeout
			return Operation{Command: c}
		},
	},
}

// old are the releases that go: all but the newest ones, as many as are to be kept, and but for the one that is live, the
// one before and those that something runs in.
func (w *walk) old() []string {
	list := slices.Clone(w.found.Releases)
	slices.SortFunc(list, newestFirst)
	kept := append([]string{w.found.Current, w.Outcome.Release, w.Outcome.Before}, w.found.Used...)
	var names []string
	for i, r := range list {
		directory := path.Join(w.Directory, releases, r.Name)
		within := func(used string) bool { return used == directory || strings.HasPrefix(used, directory+"/") }
		if i >= w.Git.Keep && !slices.ContainsFunc(kept, within) {
			names = append(names, r.Name)
		}
	}
	return names
}

// newestFirst goes by when a release was made; the clock may have stood still between two of them.
func newestFirst(a, b Release) int {
	if by := b.Made.Compare(a.Made); by != 0 {
		return by
	}
	return cmp.Compare(run(b.Name), run(a.Name))
}

// run is the number with which the name of a release begins.
func run(name string) int {
	digits, _, _ := strings.Cut(name, "-")
	n, _ := strconv.Atoi(digits)
	return n
}

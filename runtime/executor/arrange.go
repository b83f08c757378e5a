package executor

import (
	"fmt"
	"path/filepath"
	"slices"

	"unitd/policy/checkout"
	"unitd/policy/lifecycle"
	"unitd/runtime/release"
	"unitd/units"
)

// arrange carries out an effect of a git step, and reports what came of it.
func (x *Executor) arrange(def *units.Unit, a lifecycle.Action) {
	found, err := Arrange(*a.Effect)
	if a.Effect.Kind == checkout.Look {
		found.Used = x.pinned(a.Effect.Directory)
	}
	ev := lifecycle.Event{Kind: lifecycle.Arranged, Run: a.Run, OK: err == nil, Found: found}
	if err != nil {
		ev.Err = err.Error()
	}
	x.report(def.ID, ev)
}

// pinned are the directories of generations below one, as paths that begin with it as it is written.
func (x *Executor) pinned(directory string) (used []string) {
	resolved, err := filepath.EvalSymlinks(directory)
	if err != nil {
		resolved = directory
	}
	x.mu.Lock()
	all := make([]*holding, 0, len(x.holdings))
	for _, h := range x.holdings {
		all = append(all, h)
	}
	x.mu.Unlock()
	for _, h := range all {
		h.mu.Lock()
		for _, at := range h.directories {
			if below, inside := cutDir(at, resolved); inside {
				used = append(used, filepath.Join(directory, below))
			}
		}
		h.mu.Unlock()
	}
	slices.Sort(used)
	return slices.Compact(used)
}

// Arrange carries out an effect of a git step. It may take as long as the disk does, and may be done again.
func Arrange(e checkout.Effect) (checkout.Found, error) {
	switch e.Kind {
	case checkout.Prepare:
		return found(release.Prepare(e.Directory))
	case checkout.Look:
		return found(release.Look(e.Directory))
	case checkout.Link:
		return checkout.Found{}, release.Link(e.Directory, e.Partial, e.Names)
	case checkout.Complete:
		return checkout.Found{}, release.Complete(e.Directory, e.Partial, e.Release)
	case checkout.Activate:
		return checkout.Found{}, release.Activate(e.Directory, e.Target)
	case checkout.Discard:
		return checkout.Found{}, release.Discard(e.Directory, e.Names...)
	case checkout.Unlock:
		return checkout.Found{}, release.Unlock(e.Directory)
	}
	return checkout.Found{}, fmt.Errorf("arrange %s: there is no such effect", e.Kind)
}

func found(f release.Found, err error) (checkout.Found, error) {
	seen := checkout.Found{Current: f.Current, Commit: f.Commit}
	for _, r := range f.Releases {
		seen.Releases = append(seen.Releases, checkout.Release{Name: r.Name, Made: r.Made})
	}
	return seen, err
}

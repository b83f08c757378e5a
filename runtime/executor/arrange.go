package executor

import (
	"fmt"

	"unitd/policy/checkout"
	"unitd/runtime/release"
)

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

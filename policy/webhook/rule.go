package webhook

import (
	"fmt"
	"strings"
	"time"
)

// Rule is what a pipeline wants of its webhook.
type Rule struct {
	Provider Provider
	// Branch is the one whose pushes start a run; "": any.
	Branch string
	// Paths are patterns of which one has to match a changed file (MatchPath); none: any push counts.
	Paths []string
	// Window is how far a signed time may be away from now; Signed says that a generic sender has to sign one.
	Window time.Duration
	Signed bool
}

// Decision is what follows from an event.
type Decision struct {
	// Start says that a run follows, because of Push.
	Start bool
	Push  Push
	// Because says for people why none does.
	Because string
}

// Decide says whether a run follows. Of several pushes in one event the first that counts does.
func (r Rule) Decide(e Event) Decision {
	because := fmt.Sprintf("the event %q is no push", e.Name)
	if e.Name == "" {
		because = "it names no event"
	}
	if e.Ping {
		because = "it only tries the connection"
	}
	for i, p := range e.Pushes {
		why := r.against(p)
		if why == "" {
			return Decision{Start: true, Push: p}
		}
		if i == 0 {
			because = why
		}
	}
	return Decision{Because: because}
}

// against is why a push starts nothing, "": it does.
func (r Rule) against(p Push) string {
	branch, isBranch := strings.CutPrefix(p.Ref, "refs/heads/")
	switch {
	case p.Ref == "" && r.Provider == Generic:
	case !isBranch && strings.HasPrefix(p.Ref, "refs/tags/"):
		return fmt.Sprintf("the tag %q was pushed, and a tag starts no run", short(strings.TrimPrefix(p.Ref, "refs/tags/")))
	case !isBranch:
		return fmt.Sprintf("%q is no branch", short(p.Ref))
	case p.Deleted:
		return fmt.Sprintf("the branch %q was deleted", short(branch))
	case r.Branch != "" && branch != r.Branch:
		return fmt.Sprintf("the branch %q was pushed, and the pipeline runs for %q", short(branch), r.Branch)
	}
	if len(r.Paths) == 0 || !p.Complete {
		return ""
	}
	for _, file := range p.Files {
		for _, pattern := range r.Paths {
			if MatchPath(pattern, file) {
				return ""
			}
		}
	}
	return fmt.Sprintf("none of the %d changed files matches paths", len(p.Files))
}

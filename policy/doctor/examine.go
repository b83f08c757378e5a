package doctor

// Level is how much a finding matters.
type Level string

// The levels.
const (
	Fine    Level = "fine"
	Note    Level = "note"    // unitd does without something
	Problem Level = "problem" // something will go wrong, now or later
	Missing Level = "missing" // a unit needs it, and does not start without
)

// Finding is the judgement of one thing.
type Finding struct {
	Name  string `json:"name"`
	Level Level  `json:"level"`
	Found string `json:"found"`
	// Effect is what unitd therefore does; Ask what to ask whoever runs the host for, or to do; "": nothing.
	Effect string `json:"effect,omitempty"`
	Ask    string `json:"ask,omitempty"`
	// Units are those that need it and go without.
	Units []string `json:"units,omitempty"`
}

// Examine judges the facts, in the order in which people should read them.
func Examine(f Facts) []Finding {
	all := []Finding{
		kernel(f), namespaces(f), landlock(f), filters(f), cgroup(f), processors(f), tasks(f), files(f), hidden(f), home(f), tmp(f),
		loopback(f), cron(f), clock(f),
	}
	return append(all, unitsOf(f)...)
}

// Sick reports that a unit needs what is not there.
func Sick(findings []Finding) bool {
	for _, f := range findings {
		if f.Level == Missing {
			return true
		}
	}
	return false
}

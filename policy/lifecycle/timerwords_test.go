package lifecycle

import (
	"slices"
	"testing"
	"time"

	"unitd/units"
)

// TestOutlookTellsHowItWent holds the words for the last run of a job that does not run.
func TestOutlookTellsHowItWent(t *testing.T) {
	for result, want := range map[string]string{
		RunOK: "last ok 41 s", RunStopped: "last stopped after 41 s", RunInterrupted: "last interrupted after 41 s", "exit": "last failed (exit) after 41 s",
	} {
		timer := &Timer{}
		timer.Last = &JobRun{Result: result, Took: 41 * time.Second}
		if got := timer.Outlook(&units.Job{}, Inactive, time.Now()); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %q, want %q", result, got, want)
		}
	}
	failed := &Timer{}
	failed.Last = &JobRun{Result: "exit", Took: time.Second}
	if got := failed.Outlook(&units.Job{}, Failed, time.Now()); len(got) > 0 {
		t.Errorf("of a failed one, whose state says it: %q", got)
	}
}

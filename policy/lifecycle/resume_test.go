package lifecycle

import (
	"testing"
	"time"

	"unitd/units"
)

// A start of which the record says that its program has not been begun with is another run for the next manager: the one that
// has died may have begun with it in its last moment, and two programs may not have one INVOCATION_ID. What runs keeps its own,
// and so does what is handed over, of which everything is known.
func TestResumedStartIsAnotherRun(t *testing.T) {
	def := &units.Unit{ID: "app.a", App: &units.App{Process: units.Process{Type: units.TypeSimple, StartTimeout: time.Minute, Program: units.Fixed(units.Program{Command: []string{"a"}})}}}
	for name, c := range map[string]struct {
		phase      Phase
		at         Step
		main       uint64
		handedOver bool
		want       string
	}{
		"preparing":               {Starting, StepPrepare, 0, false, "after"},
		"in a hook before it":     {Starting, StepPreStart, 0, false, "after"},
		"handed over":             {Starting, StepPrepare, 0, true, "before"},
		"started":                 {Starting, StepStart, 64, false, "before"},
		"active":                  {Active, "", 64, false, "before"},
		"waits to be started":     {Backoff, "", 0, false, "before"},
		"stopped and not started": {Inactive, "", 0, false, "before"},
	} {
		t.Run(name, func(t *testing.T) {
			u := New(def)
			u.Process.Phase, u.Process.At, u.Process.Main, u.Process.Invocation = c.phase, c.at, c.main, "before"
			u.Resume(def, In{Now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC), Run: RunsPerStep, Invocation: "after", HandedOver: c.handedOver})
			if u.Process.Invocation != c.want {
				t.Errorf("its run is %q, want %q", u.Process.Invocation, c.want)
			}
		})
	}
}

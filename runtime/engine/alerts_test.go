package engine

import (
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/policy/lifecycle"
	"unitd/units"
)

// TestObserve: who tells of units hears each change of where one stands, with how often it has failed in a row; where all of
// them stand when definitions change; and which are gone.
func TestObserve(t *testing.T) {
	loud := func(u *units.Unit, _ *units.Process) { u.Alerts = []units.Alert{{Name: "ops"}} }
	play(t, 1, false, units.NewSet(app("a"), app("b")), Overrides{}, func(b *bench) {
		heard := func() (all []string) {
			b.call(func(*Model) { all, b.observed = b.observed, nil })
			return all
		}
		want := func(when string, got []string, all ...string) {
			t.Helper()
			if !slices.Equal(got, all) {
				b.fail("%s: heard %q, want %q", when, got, all)
			}
		}
		b.fake.script = func(units.ID, lifecycle.Action) fate { return fate{lives: time.Second, exit: lifecycle.Exit{Code: 3}} }
		want("the begin", heard(), "app.a 0 inactive 0 true", "app.b 0 inactive 0 true")
		b.boot()
		b.pass(2500 * time.Millisecond) // one restart after a second
		crashes := heard()
		slices.Sort(crashes)
		want("a crash each", slices.Compact(crashes),
			"app.a 0 activating 0 false", "app.a 0 activating 1 false", "app.a 0 active 0 false", "app.a 0 deactivating 0 false",
			"app.b 0 activating 0 false", "app.b 0 activating 1 false", "app.b 0 active 0 false", "app.b 0 deactivating 0 false")
		b.fake.script = func(units.ID, lifecycle.Action) fate { return fate{} }
		b.apply(app("a", loud))
		want("new definitions", slices.DeleteFunc(heard(), func(text string) bool { return !strings.HasSuffix(text, "true") }), "app.a 1 active 0 true", "app.b 0 active 0 true")
		b.pass(time.Minute)
		if !slices.Equal(b.forgotten, []units.ID{"app.b"}) {
			b.fail("forgotten %v", b.forgotten)
		}
	})
}

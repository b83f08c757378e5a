package engine

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"unitd/policy/alert"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// TestObserve: who tells of units hears each change of where one stands, with how often it has failed in a row; where all of
// them stand when definitions change; and which are gone.
func TestObserve(t *testing.T) {
	loud := func(u *units.Unit, _ *units.Process) { u.Alerts = []units.Alert{{Name: "ops"}} }
	play(t, 1, false, units.NewSet(app("a"), app("b")), Overrides{}, func(b *bench) {
		var heard []string
		b.observed = func(def *units.Unit, o alert.Observation) {
			heard = append(heard, fmt.Sprintf("%s %d %s %d %v", def.ID, len(def.Alerts), o.Active, o.InARow, o.Past))
		}
		want := func(when string, all ...string) {
			t.Helper()
			if !slices.Equal(heard, all) {
				b.fail("%s: heard %q, want %q", when, heard, all)
			}
			heard = nil
		}
		b.fake.script = func(units.ID, lifecycle.Action) fate { return fate{lives: time.Second, exit: lifecycle.Exit{Code: 3}} }
		b.call(func(*Model) {}) // the loop has begun
		want("the begin", "app.a 0 inactive 0 true", "app.b 0 inactive 0 true")
		b.boot()
		b.pass(2500 * time.Millisecond) // one restart after a second
		slices.Sort(heard)
		heard = slices.Compact(heard)
		want("a crash each",
			"app.a 0 activating 0 false", "app.a 0 activating 1 false", "app.a 0 active 0 false", "app.a 0 deactivating 0 false",
			"app.b 0 activating 0 false", "app.b 0 activating 1 false", "app.b 0 active 0 false", "app.b 0 deactivating 0 false")
		b.fake.script = func(units.ID, lifecycle.Action) fate { return fate{} }
		b.apply(app("a", loud))
		heard = slices.DeleteFunc(heard, func(word string) bool { return word[len(word)-4:] != "true" })
		want("new definitions", "app.a 1 active 0 true", "app.b 0 active 0 true")
		b.pass(time.Minute)
		if !slices.Equal(b.forgotten, []units.ID{"app.b"}) {
			b.fail("forgotten %v", b.forgotten)
		}
	})
}

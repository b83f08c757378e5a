package restart

import (
	"slices"
	"testing"

	"unitd/units"
)

// a <- b <- c by after, a <- other <- d by way of a unit that is no member, e on its own.
func domain() *units.Graph {
	member := func(id units.ID, after ...units.ID) *units.Unit {
		return &units.Unit{ID: id, Supervisor: "supervisor.s", After: after, App: &units.App{}}
	}
	return units.NewSet(
		&units.Unit{ID: "supervisor.s", Group: &units.Supervisor{}},
		member("app.a"), member("app.b", "app.a"), member("app.c", "app.b"),
		&units.Unit{ID: "app.other", After: []units.ID{"app.a"}, App: &units.App{}},
		member("app.d", "app.other"), member("app.e"),
	).Graph()
}

func TestAffected(t *testing.T) {
	for _, c := range []struct {
		strategy units.Strategy
		failed   units.ID
		want     []units.ID
	}{
		{units.OneForOne, "app.a", []units.ID{"app.a"}},
		{units.OneForAll, "app.c", []units.ID{"app.a", "app.b", "app.c", "app.e", "app.d"}},
		{units.RestForOne, "app.a", []units.ID{"app.a", "app.b", "app.c", "app.d"}},
		{units.RestForOne, "app.b", []units.ID{"app.b", "app.c"}},
		{units.RestForOne, "app.e", []units.ID{"app.e"}},
	} {
		got := Affected(c.strategy, domain(), "supervisor.s", c.failed)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s, %s failed: %v, want %v", c.strategy, c.failed, got, c.want)
		}
	}
}

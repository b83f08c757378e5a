package units

import "testing"

// Limits that the kernel can set for what runs are live; it lets nobody raise those that a program has been given.
func TestDiffLimits(t *testing.T) {
	of := func(n uint64) *uint64 { return &n }
	for name, c := range map[string]struct {
		old, next Limits
		want      Verdict
	}{
		"memory":                {Limits{Memory: 1 << 20}, Limits{Memory: 2 << 20}, Live},
		"no memory limit":       {Limits{Memory: 1 << 20}, Limits{}, Live},
		"cpu":                   {Limits{}, Limits{CPU: 50}, Live},
		"fewer files":           {Limits{OpenFiles: of(64)}, Limits{OpenFiles: of(32)}, Live},
		"none at all":           {Limits{OpenFiles: of(64)}, Limits{OpenFiles: of(0)}, Live},
		"a first limit":         {Limits{}, Limits{FileSize: of(1 << 30)}, Live},
		"more files":            {Limits{OpenFiles: of(64)}, Limits{OpenFiles: of(65)}, Restarted},
		"without limit":         {Limits{Core: of(64)}, Limits{Core: of(unlimited)}, Restarted},
		"no longer any":         {Limits{Stack: of(64)}, Limits{}, Restarted},
		"fewer tasks":           {Limits{Tasks: 20}, Limits{Tasks: 10}, Live},
		"more tasks":            {Limits{Tasks: 20}, Limits{Tasks: 30}, Restarted},
		"nice":                  {Limits{}, Limits{Nice: new(int)}, Restarted},
		"CPUs":                  {Limits{}, Limits{CPUs: []int{0}}, Restarted},
		"one live and one not":  {Limits{Tasks: 20, Memory: 1 << 20}, Limits{Tasks: 30, Memory: 2 << 20}, Restarted},
		"both of which are":     {Limits{Tasks: 20, Memory: 1 << 20}, Limits{Tasks: 3, Memory: 2 << 20}, Live},
		"files from no to none": {Limits{OpenFiles: of(0)}, Limits{OpenFiles: of(1)}, Restarted},
	} {
		unit := func(l Limits) *Set { return NewSet(&Unit{ID: "app.a", App: &App{Process{Limits: l}}}) }
		if got := Diff(unit(c.old), unit(c.next)); len(got) != 1 || got[0].Verdict != c.want {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

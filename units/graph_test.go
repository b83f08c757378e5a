package units

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestGraph shows what follows from the attributes of a small set.
func TestGraph(t *testing.T) {
	set := load(t, testHost(), `
delay "settle" { duration = "1s" }
supervisor "outer" { after = [delay.settle] }
supervisor "web" {
  supervisor = supervisor.outer
  requires   = [app.db]
  wants      = [app.cache]
  binds_to   = [app.vault]
  before     = [app.last]
}
app "db"    { command = ["x"] }
app "cache" { command = ["x"] }
app "vault" { command = ["x"] }
app "last"  { command = ["x"] }
app "api"   { command = ["x"] }
pool "api" {
  supervisor = supervisor.web
  app        = app.api
}
app "side" {
  command   = ["x"]
  part_of   = [pool.api]
  conflicts = [app.last]
}
`)
	g := set.Graph()
	ids := func(all ...ID) []ID { return all }
	for name, test := range map[string]struct{ got, want []ID }{
		"after its supervisors' after": {g.After("pool.api"), ids("app.cache", "app.db", "app.vault", "delay.settle")},
		"supervisor after its members": {g.After("supervisor.web"), ids("app.cache", "app.db", "app.vault", "delay.settle", "pool.api")},
		"before":                       {g.Before("delay.settle"), ids("pool.api", "supervisor.outer", "supervisor.web")},
		"before of a supervisor":       {g.After("app.last"), ids("pool.api", "supervisor.web")},
		"requires":                     {g.Requires("pool.api"), ids("app.db")},
		"wants":                        {g.Wants("pool.api"), ids("app.cache")},
		"binds_to":                     {g.BindsTo("pool.api"), ids("app.vault")},
		"required by":                  {g.RequiredBy("app.db"), ids("pool.api", "supervisor.web")},
		"wanted by":                    {g.WantedBy("app.cache"), ids("pool.api", "supervisor.web")},
		"bound by":                     {g.BoundBy("app.vault"), ids("pool.api", "supervisor.web")},
		"parts":                        {g.Parts("pool.api"), ids("app.side")},
		"conflicts":                    {g.Conflicts("app.last"), ids("app.side")},
		"conflicts back":               {g.Conflicts("app.side"), ids("app.last")},
		"members":                      {g.Members("supervisor.outer"), ids("supervisor.web")},
		"no node of its own":           {g.After("app.api"), nil},
		"order": {g.Order(), ids("app.cache", "app.db", "app.side", "app.vault", "delay.settle",
			"pool.api", "supervisor.web", "app.last", "supervisor.outer")},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("%s: got %v, want %v", name, test.got, test.want)
		}
	}
	smaller := set.Without("pool.api", "app.api")
	if smaller.Units["pool.api"] != nil || set.Units["pool.api"] == nil || len(smaller.Graph().Members("supervisor.web")) != 0 {
		t.Error("a set without a unit still has it, or took it from the set it was made of")
	}
	if again := smaller.With(set.Units["pool.api"], set.Units["app.api"]); !reflect.DeepEqual(again.Graph(), g) {
		t.Error("putting the units back gives another graph")
	}
}

// TestGraphLaws draws sets at random: the order holds every unit once and each after all that it waits for,
// lists mirror each other, and what is missing in the order waits for a cycle.
func TestGraphLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "units")
		var all []*Unit
		for i := range n {
			pick := func(what string) (ids []ID) {
				for _, j := range rapid.SliceOfNDistinct(rapid.IntRange(0, n-1), 0, 2, rapid.ID[int]).Draw(t, what) {
					if j != i {
						ids = append(ids, ID(fmt.Sprintf("app.a%d", j)))
					}
				}
				return ids
			}
			all = append(all, &Unit{
				ID: ID(fmt.Sprintf("app.a%d", i)), Requires: pick("requires"), After: pick("after"), Before: pick("before"),
			})
		}
		g := NewSet(all...).Graph()
		place := map[ID]int{}
		for i, id := range g.Order() {
			if _, twice := place[id]; twice {
				t.Fatalf("%s is in the order twice: %v", id, g.Order())
			}
			place[id] = i
		}
		for _, u := range all {
			at, ordered := place[u.ID]
			for _, earlier := range g.After(u.ID) {
				if !slices.Contains(g.Before(earlier), u.ID) {
					t.Fatalf("%s is after %s, which is not before it", u.ID, earlier)
				}
				if before, ok := place[earlier]; ordered && (!ok || before >= at) {
					t.Fatalf("%s comes before %s, for which it waits: %v", u.ID, earlier, g.Order())
				}
			}
			if !ordered && !reachesCycle(g, u.ID) {
				t.Fatalf("%s waits for no cycle and is not in the order", u.ID)
			}
		}
	})
}

// reachesCycle says whether id waits, directly or not, for something that waits for itself.
func reachesCycle(g *Graph, id ID) bool {
	seen := map[ID]bool{}
	queue := []ID{id}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		if shortestCycle(g, at) != nil {
			return true
		}
		queue = append(queue, g.After(at)...)
	}
	return false
}

func TestID(t *testing.T) {
	for _, test := range []struct {
		id        ID
		kind      Kind
		name, key string
		log       string
	}{
		{NewID(KindApp, "api", ""), KindApp, "api", "", "app.api.log"},
		{NewID(KindPool, "site-2", "shop.example_1"), KindPool, "site-2", "shop.example_1", "pool.site-2.shop.example_1.log"},
	} {
		if test.id.Kind() != test.kind || test.id.Name() != test.name || test.id.Key() != test.key ||
			test.id.Base() != NewID(test.kind, test.name, "") || LogName(test.id) != test.log {
			t.Errorf("%s: %s, %s, %q, %s, %s", test.id, test.id.Kind(), test.id.Name(), test.id.Key(), test.id.Base(), LogName(test.id))
		}
	}
}

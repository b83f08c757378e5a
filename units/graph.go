package units

import (
	"slices"
)

// Graph answers who waits for whom and whom a stop or a failure reaches. It holds what the attributes of
// the units say together with what follows from them:
//
//   - requires, wants and binds_to order as well (LANGUAGE.md: "unlike in systemd");
//   - what a supervisor's after, before, requires, wants and binds_to say holds for its members too, and for
//     theirs where a member is a supervisor itself;
//   - a supervisor comes after its members: it is ready once all their start jobs have ended, so requiring
//     one's own supervisor is a cycle;
//   - conflicts holds in both directions.
//
// Apps that a pool runs are part of the pool and no nodes. All lists are sorted. What a unit on its way out says
// of units that are gone counts no more.
type Graph struct {
	after, before                        map[ID][]ID
	requires, wants, bindsTo, partOf     map[ID][]ID
	requiredBy, wantedBy, boundBy, parts map[ID][]ID
	conflicts                            map[ID][]ID
	members                              map[ID][]ID
	order                                []ID
}

// After lists the units that start before id and stop after it, direct edges only.
func (g *Graph) After(id ID) []ID { return g.after[id] }

// Before lists the units that start after id and stop before it, direct edges only.
func (g *Graph) Before(id ID) []ID { return g.before[id] }

// Requires lists what id cannot start without: its own requires and its supervisor's; binds_to apart.
func (g *Graph) Requires(id ID) []ID { return g.requires[id] }

// Wants lists what starts with id but may fail.
func (g *Graph) Wants(id ID) []ID { return g.wants[id] }

// BindsTo lists the units without which id stops.
func (g *Graph) BindsTo(id ID) []ID { return g.bindsTo[id] }

// RequiredBy lists the units that require id.
func (g *Graph) RequiredBy(id ID) []ID { return g.requiredBy[id] }

// WantedBy lists the units that want id.
func (g *Graph) WantedBy(id ID) []ID { return g.wantedBy[id] }

// BoundBy lists the units that are bound to id.
func (g *Graph) BoundBy(id ID) []ID { return g.boundBy[id] }

// Parts lists the units that are part_of id.
func (g *Graph) Parts(id ID) []ID { return g.parts[id] }

// Conflicts lists the units that cannot run beside id.
func (g *Graph) Conflicts(id ID) []ID { return g.conflicts[id] }

// Members lists the members of a supervisor.
func (g *Graph) Members(supervisor ID) []ID { return g.members[supervisor] }

// Order lists all units so that each comes after all it waits for; units with no order between them are
// sorted by id.
func (g *Graph) Order() []ID { return g.order }

// NewGraph builds the graph of units that hold no cycle; with one, the units of the cycle are missing from
// Order, and Load has reported it.
func NewGraph(all map[ID]*Unit) *Graph {
	g := &Graph{
		after: map[ID][]ID{}, before: map[ID][]ID{},
		requires: map[ID][]ID{}, wants: map[ID][]ID{}, bindsTo: map[ID][]ID{}, partOf: map[ID][]ID{},
		requiredBy: map[ID][]ID{}, wantedBy: map[ID][]ID{}, boundBy: map[ID][]ID{}, parts: map[ID][]ID{},
		conflicts: map[ID][]ID{}, members: map[ID][]ID{},
	}
	for id, u := range all {
		if u.TemplateOf != "" {
			continue
		}
		g.add(id, u)
		if sup := all[u.Supervisor]; sup != nil {
			link(g.members, sup.ID, id)
			g.edge(sup.ID, id)
		}
		for _, above := range Supervisors(all, id) {
			g.inherit(id, all[above])
		}
	}
	for _, lists := range []map[ID][]ID{
		g.after, g.before, g.requires, g.wants, g.bindsTo, g.partOf,
		g.requiredBy, g.wantedBy, g.boundBy, g.parts, g.conflicts, g.members,
	} {
		for id, list := range lists {
			if all[id] == nil {
				delete(lists, id)
				continue
			}
			slices.Sort(list)
			lists[id] = slices.DeleteFunc(slices.Compact(list), func(other ID) bool { return all[other] == nil })
		}
	}
	g.sort(all)
	return g
}

// Supervisors lists the supervisors above a unit, nearest first; each once, even in a loop of them.
func Supervisors(all map[ID]*Unit, id ID) []ID {
	var above []ID
	for u := all[id]; u != nil && all[u.Supervisor] != nil && !slices.Contains(above, u.Supervisor); {
		above = append(above, u.Supervisor)
		u = all[u.Supervisor]
	}
	return above
}

// add enters what the unit itself says.
func (g *Graph) add(id ID, u *Unit) {
	for _, other := range u.PartOf {
		link(g.partOf, id, other)
		link(g.parts, other, id)
	}
	for _, other := range u.Conflicts {
		link(g.conflicts, id, other)
		link(g.conflicts, other, id)
	}
	g.inherit(id, u)
}

// inherit enters the dependencies of from, which is the unit itself or its supervisor, for id.
func (g *Graph) inherit(id ID, from *Unit) {
	for _, other := range from.Requires {
		link(g.requires, id, other)
		link(g.requiredBy, other, id)
		g.edge(id, other)
	}
	for _, other := range from.Wants {
		link(g.wants, id, other)
		link(g.wantedBy, other, id)
		g.edge(id, other)
	}
	for _, other := range from.BindsTo {
		link(g.bindsTo, id, other)
		link(g.boundBy, other, id)
		g.edge(id, other)
	}
	for _, other := range from.After {
		g.edge(id, other)
	}
	for _, other := range from.Before {
		g.edge(other, id)
	}
}

// edge says that later starts after earlier.
func (g *Graph) edge(later, earlier ID) {
	link(g.after, later, earlier)
	link(g.before, earlier, later)
}

func link(lists map[ID][]ID, from, to ID) { lists[from] = append(lists[from], to) }

// sort fills order by Kahn's algorithm, the smallest id first among those that are free.
func (g *Graph) sort(all map[ID]*Unit) {
	waits := map[ID]int{}
	var free []ID
	for id, u := range all {
		if u.TemplateOf != "" {
			continue
		}
		waits[id] = len(g.after[id])
		if waits[id] == 0 {
			free = append(free, id)
		}
	}
	slices.Sort(free)
	for len(free) > 0 {
		id := free[0]
		free = free[1:]
		g.order = append(g.order, id)
		for _, later := range g.before[id] {
			if waits[later]--; waits[later] == 0 {
				at, _ := slices.BinarySearch(free, later)
				free = slices.Insert(free, at, later)
			}
		}
	}
}

// Graph is the graph of the set's units.
func (s *Set) Graph() *Graph { return s.graph }

// NewSet makes a set of units from Go, as tests and tools do; Load makes one from files.
func NewSet(list ...*Unit) *Set {
	s := &Set{Units: map[ID]*Unit{}}
	for _, u := range list {
		s.Units[u.ID] = u
	}
	s.graph = NewGraph(s.Units)
	return s
}

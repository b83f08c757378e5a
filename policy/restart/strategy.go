package restart

import (
	"unitd/units"
)

// Affected lists the members of a supervisor that the failure of one of them restarts, the failed one
// included, in start order; they stop in the reverse of it. (OTP: supervisor, restart strategies. What OTP
// takes from the order of its child list, the rest, is here what is ordered after the failed member, also by
// way of other units.)
func Affected(strategy units.Strategy, g *units.Graph, supervisor, failed units.ID) []units.ID {
	wanted := map[units.ID]bool{failed: true}
	switch strategy {
	case units.OneForAll:
		for _, member := range g.Members(supervisor) {
			wanted[member] = true
		}
	case units.RestForOne:
		later := laterThan(g, failed)
		for _, member := range g.Members(supervisor) {
			if later[member] {
				wanted[member] = true
			}
		}
	}
	if len(wanted) == 1 {
		return []units.ID{failed}
	}
	list := make([]units.ID, 0, len(wanted))
	for _, id := range g.Order() {
		if wanted[id] {
			list = append(list, id)
		}
	}
	return list
}

// laterThan is the set of units that start after id, directly or through others.
func laterThan(g *units.Graph, id units.ID) map[units.ID]bool {
	later := map[units.ID]bool{}
	next := []units.ID{id}
	for len(next) > 0 {
		at := next[len(next)-1]
		next = next[:len(next)-1]
		for _, after := range g.Before(at) {
			if !later[after] {
				later[after] = true
				next = append(next, after)
			}
		}
	}
	return later
}

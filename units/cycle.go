package units

import (
	"maps"
	"slices"
	"strings"
)

// checkCycles reports one cycle for each knot of the graph, with every edge and its place.
func (l *loader) checkCycles() {
	g := l.set.graph
	ordered := map[ID]bool{}
	for _, id := range g.Order() {
		ordered[id] = true
	}
	reported := map[ID]bool{}
	for _, id := range slices.Sorted(maps.Keys(l.set.Units)) {
		if ordered[id] || reported[id] || l.set.Units[id].TemplateOf != "" {
			continue
		}
		cycle := shortestCycle(g, id)
		if cycle == nil || slices.ContainsFunc(cycle, func(id ID) bool { return reported[id] }) {
			continue // it only waits for a cycle, or is in one that was reported
		}
		for _, member := range cycle {
			reported[member] = true
		}
		l.reportCycle(cycle)
	}
}

// shortestCycle walks from id along what it waits for until it comes back; nil if it does not.
func shortestCycle(g *Graph, id ID) []ID {
	previous := map[ID]ID{}
	queue := []ID{id}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, next := range g.After(at) {
			if next == id {
				cycle := []ID{at}
				for at != id {
					at = previous[at]
					cycle = append(cycle, at)
				}
				slices.Reverse(cycle)
				return cycle
			}
			if _, seen := previous[next]; !seen {
				previous[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}

func (l *loader) reportCycle(cycle []ID) {
	var names, lines []string
	first, at := l.edge(cycle[0], cycle[1%len(cycle)])
	for i, id := range cycle {
		text, place := first, at
		if i > 0 {
			text, place = l.edge(id, cycle[(i+1)%len(cycle)])
		}
		names = append(names, string(id))
		lines = append(lines, "  "+position(place)+": "+text)
	}
	names = append(names, string(cycle[0]))
	l.error(at, "cycle: "+strings.Join(names, " -> "),
		"Each waits for the next one:\n"+strings.Join(lines, "\n")+"\nTake one of these away.")
}

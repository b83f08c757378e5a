package screen

import (
	"slices"

	"unitd/ipc/protocol"
)

// node is a unit with its depth below supervisors.
type node struct {
	unit  protocol.UnitStatus
	depth int
}

// tree puts members below their supervisor, which stands where the first of them or itself stood. Delays come first and
// what runs at its own times last, so that the chain that boots is seen at once; the order is that of list otherwise. A
// member whose supervisor is not listed stands alone.
func tree(list []protocol.UnitStatus) []node {
	byID := map[string]protocol.UnitStatus{}
	for _, u := range list {
		byID[u.ID] = u
	}
	members := map[string][]string{}
	var top []string
	placed := map[string]bool{}
	for _, u := range list {
		// Units start before the supervisor that waits for them: climb to where this one hangs.
		for id := u.ID; !placed[id]; id = byID[id].Supervisor {
			placed[id] = true
			above := byID[id].Supervisor
			if _, listed := byID[above]; !listed {
				top = append(top, id)
				break
			}
			members[above] = append(members[above], id)
		}
	}
	var nodes []node
	var hang func(ids []string, depth int)
	hang = func(ids []string, depth int) {
		for _, id := range slices.SortedStableFunc(slices.Values(ids), func(a, b string) int {
			return place(byID[a].Kind) - place(byID[b].Kind)
		}) {
			nodes = append(nodes, node{byID[id], depth})
			hang(members[id], depth+1)
		}
	}
	hang(top, 0)
	return nodes
}

// place is where units of a kind stand among others.
func place(kind string) int {
	switch kind {
	case "delay":
		return 0
	case "job":
		return 2
	case "pipeline":
		return 3
	}
	return 1
}

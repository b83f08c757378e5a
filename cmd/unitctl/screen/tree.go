package screen

import "unitd/ipc/protocol"

// node is a unit with its depth below supervisors.
type node struct {
	unit  protocol.UnitStatus
	depth int
}

// tree puts members below their supervisor, which stands where the first of them or itself stood; the
// order is that of list otherwise. A member whose supervisor is not listed stands alone.
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
	var place func(ids []string, depth int)
	place = func(ids []string, depth int) {
		for _, id := range ids {
			nodes = append(nodes, node{byID[id], depth})
			place(members[id], depth+1)
		}
	}
	place(top, 0)
	return nodes
}

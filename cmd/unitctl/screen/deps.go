package screen

import (
	"fmt"
	"slices"
	"strings"

	"unitd/ipc/protocol"
)

// edge is one dependency with what it is called.
type edge struct{ kind, id string }

// Dependencies draws, for each root, the tree of what it starts after or owns, and below it what depends
// on the root.
func Dependencies(graph protocol.DependencyGraph, style Style) string {
	d := dependencies{byID: map[string]protocol.Dependencies{}, style: style}
	for _, u := range graph.Units {
		d.byID[u.ID] = u
	}
	for i, root := range graph.Roots {
		if i > 0 {
			fmt.Fprintln(&d.text)
		}
		d.shown = map[string]bool{}
		d.line("", root, "")
		d.children(root, "")
		d.reverse(root)
	}
	return d.text.String()
}

type dependencies struct {
	byID  map[string]protocol.Dependencies
	shown map[string]bool
	style Style
	text  strings.Builder
}

func (d *dependencies) line(prefix, id, kind string) {
	u := d.byID[id]
	sign, colour := mark(u.Active, u.Sub)
	if kind != "" {
		kind += " "
	}
	fmt.Fprintf(&d.text, "%s%s%s %s  %s\n", prefix, kind, d.style.paint(colour, sign), id, State(u.Active, u.Sub))
}

// children draws below id; what was drawn already is not unfolded again, so a tree ends.
func (d *dependencies) children(id, prefix string) {
	d.shown[id] = true
	edges := forward(d.byID[id])
	for i, e := range edges {
		branch, below := "├─ ", "│  "
		if i == len(edges)-1 {
			branch, below = "└─ ", "   "
		}
		d.line(prefix+branch, e.id, e.kind)
		if !d.shown[e.id] {
			d.children(e.id, prefix+below)
		}
	}
}

// forward lists each unit that u points to once, under the strongest word for it.
func forward(u protocol.Dependencies) []edge {
	return strongest(
		edges("binds_to", u.BindsTo), edges("requires", u.Requires), edges("wants", u.Wants),
		edges("member", u.Members), edges("part_of", u.PartOf), edges("after", u.After), edges("conflicts", u.Conflicts))
}

// reverse draws what points to id, one level deep.
func (d *dependencies) reverse(id string) {
	u := d.byID[id]
	var owner []string
	if u.Supervisor != "" {
		owner = []string{u.Supervisor}
	}
	list := strongest(
		edges("supervisor", owner), edges("bound by", u.BoundBy), edges("required by", u.RequiredBy),
		edges("wanted by", u.WantedBy), edges("has part", u.Parts), edges("before", u.Before))
	for _, e := range list {
		d.line("   ", e.id, e.kind)
	}
}

func edges(kind string, ids []string) []edge {
	list := make([]edge, len(ids))
	for i, id := range ids {
		list[i] = edge{kind, id}
	}
	return list
}

func strongest(groups ...[]edge) []edge {
	var list []edge
	for _, e := range slices.Concat(groups...) {
		if !slices.ContainsFunc(list, func(known edge) bool { return known.id == e.id }) {
			list = append(list, e)
		}
	}
	return list
}

package ipc

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/agext/levenshtein"

	"unitd/ipc/protocol"
	"unitd/units"
)

// Names resolves what people call units: KIND.NAME, a bare NAME, site.shop or site[shop] for an instance,
// api/2 for a worker, and patterns with * and ?. An app that a pool runs is part of that pool. A Names
// does not change; make a new one for each load.
type Names struct {
	units []named
}

// Name is a resolved name. Worker is 0 for the unit itself, else a worker's index, which may be higher
// than the pool has workers.
type Name struct {
	ID     units.ID
	Worker int
}

// named is a unit with its id taken apart. For an app that a pool runs, means is the pool.
type named struct {
	id, means       units.ID
	kind, name, key string
}

// NewNames makes the names of all units of set.
func NewNames(set *units.Set) *Names {
	n := &Names{}
	for _, id := range set.Graph().Order() {
		n.add(id, id)
	}
	var templates []units.ID
	for id, u := range set.Units {
		if u.TemplateOf != "" {
			templates = append(templates, id)
		}
	}
	slices.Sort(templates)
	for _, id := range templates {
		n.add(id, set.Units[id].TemplateOf)
	}
	return n
}

func (n *Names) add(id, means units.ID) {
	n.units = append(n.units, named{id: id, means: means, kind: string(id.Kind()), name: id.Name(), key: id.Key()})
}

// Resolve finds the one unit that name means. The error is protocol.NoSuchUnit or protocol.Ambiguous.
func (n *Names) Resolve(name string) (Name, error) {
	unit, worker := cutWorker(name)
	matches := n.find(func(u named) bool { return u.is(unit) })
	switch {
	case len(matches) > 1:
		return Name{}, protocol.Ambiguous(name, texts(matches))
	case len(matches) == 0, worker > 0 && matches[0].Kind() != units.KindPool:
		return Name{}, protocol.NoSuchUnit(name, n.nearest(unit))
	}
	return Name{ID: matches[0], Worker: worker}, nil
}

// ResolveRun finds the run of a pipeline that name means: "deploy/17". ok is false for a name that means something else.
func (n *Names) ResolveRun(name string) (pipeline units.ID, run int, ok bool) {
	unit, run := cutWorker(name)
	matches := n.find(func(u named) bool { return u.is(unit) })
	if run == 0 || len(matches) != 1 || matches[0].Kind() != units.KindPipeline {
		return "", 0, false
	}
	return matches[0], run, true
}

// ResolveAll finds the units that names mean, each once, in the order in which units start; no names mean
// all. A pool that is named itself is listed without the workers that are named beside it.
func (n *Names) ResolveAll(names []string) ([]Name, error) {
	var found []Name
	if len(names) == 0 {
		for _, u := range n.units {
			if u.id == u.means {
				found = append(found, Name{ID: u.id})
			}
		}
		return found, nil
	}
	for _, name := range names {
		if !strings.ContainsAny(name, "*?") {
			one, err := n.Resolve(name)
			if err != nil {
				return nil, err
			}
			found = append(found, one)
			continue
		}
		matches := n.find(func(u named) bool { return u.id == u.means && u.fits(name) })
		if len(matches) == 0 && name != "*" {
			return nil, protocol.NoSuchUnit(name, nil)
		}
		for _, id := range matches {
			found = append(found, Name{ID: id})
		}
	}
	return n.inOrder(found), nil
}

// inOrder sorts by the order of n and drops what is named twice.
func (n *Names) inOrder(found []Name) []Name {
	of := make(map[units.ID][]Name)
	for _, name := range found {
		of[name.ID] = append(of[name.ID], name)
	}
	var sorted []Name
	for _, u := range n.units {
		workers := of[u.id]
		if slices.ContainsFunc(workers, func(name Name) bool { return name.Worker == 0 }) {
			workers = []Name{{ID: u.id}}
		}
		slices.SortFunc(workers, func(a, b Name) int { return a.Worker - b.Worker })
		sorted = append(sorted, slices.Compact(workers)...)
	}
	return sorted
}

// find lists the units for which match holds, each once; what a pool runs counts only where no unit of
// its own fits.
func (n *Names) find(match func(named) bool) []units.ID {
	var top, parts []units.ID
	for _, u := range n.units {
		switch {
		case !match(u):
		case u.id == u.means:
			top = append(top, u.id)
		case !slices.Contains(parts, u.means):
			parts = append(parts, u.means)
		}
	}
	if len(top) > 0 {
		return top
	}
	return parts
}

// is tells whether text is one of the ways to write this unit.
func (u named) is(text string) bool {
	if string(u.id) == text || u.isName(text) {
		return true
	}
	rest, qualified := strings.CutPrefix(text, u.kind+".")
	return qualified && u.isName(rest)
}

// isName is as is, without the kind.
func (u named) isName(text string) bool {
	rest, ok := strings.CutPrefix(text, u.name)
	switch {
	case !ok:
		return false
	case rest == "" || u.key == "":
		return rest == ""
	case rest[0] == '.':
		return rest[1:] == u.key
	case rest[0] == '[' && rest[len(rest)-1] == ']':
		return strings.Trim(rest[1:len(rest)-1], `"'`) == u.key
	}
	return false
}

// brackets are part of an instance's id, not of a pattern.
var brackets = strings.NewReplacer(`[`, `\[`, `]`, `\]`)

// fits tells whether a pattern covers the unit's id or its name.
func (u named) fits(pattern string) bool {
	pattern = brackets.Replace(pattern)
	for _, text := range []string{string(u.id), u.name} {
		if ok, err := path.Match(pattern, text); err == nil && ok {
			return true
		}
	}
	return false
}

// nearest lists at most three ids, those that text comes closest to.
func (n *Names) nearest(text string) []string {
	type candidate struct {
		id       string
		distance int
	}
	var near []candidate
	for _, u := range n.units {
		if u.id != u.means {
			continue
		}
		if u.key != "" && strings.HasPrefix(strings.TrimPrefix(text, u.kind+"."), u.name+".") { // another instance is meant
			near = append(near, candidate{string(u.id), 0})
			continue
		}
		distance := min(levenshtein.Distance(text, u.name, nil), levenshtein.Distance(text, string(u.id), nil))
		if distance <= max(2, len(text)/3) || strings.HasPrefix(u.name, text) {
			near = append(near, candidate{string(u.id), distance})
		}
	}
	slices.SortStableFunc(near, func(a, b candidate) int { return a.distance - b.distance })
	var ids []string
	for _, c := range near[:min(3, len(near))] {
		if c.distance == near[0].distance {
			ids = append(ids, c.id)
		}
	}
	return ids
}

// cutWorker splits "api/2" into the unit and the worker.
func cutWorker(name string) (unit string, worker int) {
	at := strings.LastIndexByte(name, '/')
	if at < 0 {
		return name, 0
	}
	if worker, err := strconv.Atoi(name[at+1:]); err == nil && worker > 0 {
		return name[:at], worker
	}
	return name, 0
}

func texts(ids []units.ID) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = string(id)
	}
	return list
}

package units

import (
	"slices"

	"github.com/hashicorp/hcl/v2"
)

// lists are the attributes of every unit that hold units, with where the model keeps them.
var lists = []struct {
	name string
	of   func(*Unit) *[]ID
}{
	{"requires", func(u *Unit) *[]ID { return &u.Requires }},
	{"wants", func(u *Unit) *[]ID { return &u.Wants }},
	{"binds_to", func(u *Unit) *[]ID { return &u.BindsTo }},
	{"part_of", func(u *Unit) *[]ID { return &u.PartOf }},
	{"after", func(u *Unit) *[]ID { return &u.After }},
	{"before", func(u *Unit) *[]ID { return &u.Before }},
	{"conflicts", func(u *Unit) *[]ID { return &u.Conflicts }},
	{"on_failure", func(u *Unit) *[]ID { return &u.OnFailure }},
	{"on_success", func(u *Unit) *[]ID { return &u.OnSuccess }},
}

// common reads the attributes that every kind has, and returns the references among them.
func (b *body) common(u *Unit) []reference {
	known(&b.attrs, "for_each")
	u.Description = b.text("description", "")
	u.Enabled = b.flag("enabled", true)
	u.Essential = b.flag("essential", false)
	var refs []reference
	if id, ok := b.unitRef("supervisor", KindSupervisor); ok {
		a, _ := b.attr("supervisor")
		u.Supervisor = id
		refs = append(refs, reference{u.ID, "supervisor", id, a.expr.Range()})
	}
	for _, l := range lists {
		found := b.references(u.ID, l.name)
		for _, r := range found {
			if r.to == u.ID {
				b.error(r.at, string(u.ID)+" names itself in "+l.name, "Take it out.")
				continue
			}
			*l.of(u) = append(*l.of(u), r.to)
			refs = append(refs, r)
		}
	}
	b.contradiction(u, refs)
	return refs
}

// contradiction reports units that this one both needs and excludes.
func (b *body) contradiction(u *Unit, refs []reference) {
	for _, r := range refs {
		if r.attr != "requires" && r.attr != "wants" && r.attr != "binds_to" {
			continue
		}
		if slices.Contains(u.Conflicts, r.to) {
			b.error(r.at, string(u.ID)+" has "+string(r.to)+" in "+r.attr+" and in conflicts", "Starting one would stop the other.")
		}
	}
}

// templateAttributes are those that an app run by a pool cannot have, since the pool has them.
var templateAttributes = append([]string{"enabled", "supervisor", "essential"}, func() (names []string) {
	for _, l := range lists {
		names = append(names, l.name)
	}
	return names
}()...)

// checkTemplate reports what an app has that belongs to the pool that runs it.
func (b *body) checkTemplate(id, pool ID) {
	for _, name := range templateAttributes {
		if a, ok := find(b.own, b.scope, name); ok {
			b.error(a.at, name+" in an app that a pool runs", string(id)+" is run by "+string(pool)+": write it there.")
		}
	}
	for _, kind := range []string{"listen", "reload", "alert"} {
		for _, block := range blocksOf(b.own, kind) {
			b.error(block.DefRange(), kind+" in an app that a pool runs", string(id)+" is run by "+string(pool)+": write it there.")
		}
	}
}

// checkReferences reports references to apps that are part of a pool.
func (l *loader) checkReferences() {
	for _, r := range l.refs {
		u := l.set.Units[r.to]
		if from := l.set.Units[r.from]; u == nil || u.TemplateOf == "" || from.TemplateOf != "" {
			continue
		}
		l.error(r.at, string(r.to)+" is part of "+string(u.TemplateOf), "Write "+string(u.TemplateOf)+": the pool is the unit that starts and stops.")
	}
}

// edge says why later starts after earlier, with the place that says so.
func (l *loader) edge(later, earlier ID) (text string, at hcl.Range) {
	chain := Supervisors(l.set.Units, later)
	for _, r := range l.refs {
		switch {
		case r.to == earlier && r.from == later && r.attr != "before" && orders(r.attr):
			return string(later) + " has " + string(earlier) + " in " + r.attr, r.at
		case r.from == earlier && r.to == later && r.attr == "before":
			return string(earlier) + " has " + string(later) + " in before", r.at
		case r.attr == "supervisor" && r.from == earlier && r.to == later:
			return string(later) + " is ready after its member " + string(earlier), r.at
		}
	}
	for _, r := range l.refs {
		switch {
		case slices.Contains(chain, r.from) && r.to == earlier && r.attr != "before" && orders(r.attr):
			return string(later) + " is in " + string(r.from) + ", which has " + string(earlier) + " in " + r.attr, r.at
		case slices.Contains(Supervisors(l.set.Units, earlier), r.from) && r.to == later && r.attr == "before":
			return string(earlier) + " is in " + string(r.from) + ", which has " + string(later) + " in before", r.at
		}
	}
	return string(later) + " starts after " + string(earlier), l.set.Units[later].Range
}

// orders says whether an attribute orders beside what else it says.
func orders(attr string) bool {
	return attr == "requires" || attr == "wants" || attr == "binds_to" || attr == "after" || attr == "before"
}

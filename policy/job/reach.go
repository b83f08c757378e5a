package job

import (
	"unitd/units"
)

// reachFrom plans what one planned job brings with it (LANGUAGE.md: attributes of every kind; systemd:
// transaction_add_job_and_dependencies).
func (p *plan) reachFrom(unit units.ID, kind Kind) error {
	switch kind {
	case Start:
		p.wantMembers(unit)
		return p.reachStart(unit)
	case Restart:
		p.wantMembers(unit)
		if err := p.reachStart(unit); err != nil {
			return err
		}
		return p.reachRestart(unit)
	case Stop:
		return p.reachStop(unit)
	}
	return nil
}

// reachStart plans what has to start before a unit, and what has to be gone.
func (p *plan) reachStart(unit units.ID) error {
	g := p.graph
	if err := p.putAll(g.Requires(unit), Start, Because{requiredBy, unit}); err != nil {
		return err
	}
	if err := p.putAll(g.BindsTo(unit), Start, Because{boundBy, unit}); err != nil {
		return err
	}
	for _, other := range g.Wants(unit) {
		p.wants = append(p.wants, want{other, Start, Because{wantedBy, unit}, p.origin})
	}
	return p.putAll(g.Conflicts(unit), Stop, Because{conflictWith, unit})
}

// wantMembers wants the members of a supervisor that starts: it is started even if one of them is not.
func (p *plan) wantMembers(unit units.ID) {
	for _, member := range p.graph.Members(unit) {
		if p.view.autostarts(member) {
			p.wants = append(p.wants, want{member, Start, Because{memberOf, unit}, p.origin})
		}
	}
}

// reachRestart plans the restart of what runs and depends on a unit that stops in between.
func (p *plan) reachRestart(unit units.ID) error {
	return p.eachDependent(unit, func(dependent units.ID, because Because) error {
		if !p.view.Activity(dependent).running() {
			return nil
		}
		return p.put(dependent, Restart, because)
	})
}

// reachStop plans the stop of what cannot be without a unit. Units that do not run are reached too, since
// what depends on them may; they get no job in the end.
func (p *plan) reachStop(unit units.ID) error {
	return p.eachDependent(unit, func(dependent units.ID, because Because) error {
		return p.put(dependent, Stop, because)
	})
}

// eachDependent goes through the units that stop when this one is stopped.
func (p *plan) eachDependent(unit units.ID, f func(units.ID, Because) error) error {
	g := p.graph
	for _, group := range []struct {
		list []units.ID
		how  string
	}{
		{g.RequiredBy(unit), requires},
		{g.BoundBy(unit), boundTo},
		{g.Parts(unit), partOf},
		{g.Members(unit), memberOf},
	} {
		for _, dependent := range group.list {
			if err := f(dependent, Because{group.how, unit}); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *plan) putAll(list []units.ID, kind Kind, because Because) error {
	for _, unit := range list {
		if err := p.put(unit, kind, because); err != nil {
			return err
		}
	}
	return nil
}

package job

import (
	"errors"
	"fmt"
	"slices"

	"unitd/units"
)

// Request asks for one thing of some units.
type Request struct {
	Kind  Kind
	Units []units.ID
	// Why says what the request comes from, for people: "bound to app.db, which failed". "": asked for.
	Why string
	// Each takes every unit for itself, as at boot: one that cannot be planned is left out with a note,
	// instead of refusing the whole.
	Each bool
}

// Submit makes one transaction of the requests and installs it, all or none; what it needs is pulled in, and
// jobs that units have already are merged or replaced. The changes are the jobs that were canceled, and the
// transaction itself if there was nothing to do. After an error nothing else has changed, but the transaction
// is in the history with the error as its reason, so that who asked can be told.
func (t *Table) Submit(v View, requests ...Request) (Transaction, Changes, error) {
	t.against(v.Set.Graph())
	p := t.plan(v)
	tx := &Transaction{}
	var changes Changes
	err := p.requests(tx, requests)
	t.enter(tx)
	if err != nil {
		tx.Result, tx.Reason = Failed, err.Error()
	} else {
		tx.Notes = p.notes
		p.install(tx, &changes)
	}
	if tx.Open == 0 {
		t.conclude(tx, &changes)
	}
	return tx.copy(), changes, err
}

// Consequence is what requests bring about in a unit that none of them names.
type Consequence struct {
	Unit    units.ID
	Kind    Kind // Start, Stop or Restart
	Because Because
}

// Check gives the consequences that Submit would have, what stops first, or the error that it would give, and changes
// nothing.
func (t *Table) Check(v View, requests ...Request) ([]Consequence, error) {
	p, tx := t.plan(v), &Transaction{}
	if err := p.requests(tx, requests); err != nil {
		return nil, err
	}
	var list []Consequence
	for _, unit := range p.order() {
		job, activity := p.jobs[unit], v.Activity(unit)
		if job.kind == Restart && activity.stopped() {
			job.kind = Start
		}
		idle := job.kind == Start && activity.running() || job.kind == Stop && activity.stopped()
		if !idle && !slices.Contains(tx.Asked, unit) {
			list = append(list, Consequence{unit, job.kind, job.because})
		}
	}
	return list, nil
}

func (t *Table) plan(v View) *plan {
	return &plan{view: v, table: t, graph: v.Set.Graph(), jobs: map[units.ID]planned{}}
}

// requests plans all that is asked for.
func (p *plan) requests(tx *Transaction, requests []Request) error {
	for _, r := range requests {
		because := Because{How: askedFor}
		if r.Why != "" {
			because.How = r.Why
		}
		p.origin = r.Why
		if tx.Kind == "" {
			tx.Kind = r.Kind
		}
		for _, unit := range r.Units {
			if err := p.request(tx, r, unit, because); err != nil {
				return fmt.Errorf("%s %s: %w", r.Kind, unit, err)
			}
		}
	}
	p.tryWants()
	return nil
}

func (p *plan) request(tx *Transaction, r Request, unit units.ID, because Because) error {
	tx.Asked = append(tx.Asked, unit)
	switch u := p.view.Set.Units[unit]; {
	case u == nil:
		return errors.New("no such unit")
	case u.TemplateOf != "":
		return fmt.Errorf("it runs as workers of %s; %s that", u.TemplateOf, r.Kind)
	}
	targets, err := p.targets(r.Kind, unit)
	if err != nil {
		return err
	}
	for _, target := range targets {
		if target.unit != unit {
			tx.Asked = append(tx.Asked, target.unit)
		}
		if r.Each {
			p.wants = append(p.wants, want{target.unit, target.kind, because, r.Why})
		} else if err := p.add(target.unit, target.kind, because); err != nil {
			return fmt.Errorf("%w; ask for one of them alone", err)
		}
	}
	return nil
}

// target is what a request means for one unit.
type target struct {
	unit units.ID
	kind Kind
}

// targets turns what was asked for into start, stop, restart or reload, by what the unit does now.
func (p *plan) targets(kind Kind, unit units.ID) ([]target, error) {
	switch kind {
	case Start, Stop, Restart:
		return []target{{unit, kind}}, nil
	case TryRestart:
		if p.view.Activity(unit).running() {
			return []target{{unit, Restart}}, nil
		}
		p.notes = append(p.notes, Note{Unit: unit, Result: Skipped, Text: "it does not run"})
		return nil, nil
	case ReloadOrRestart:
		return p.reloadOrRestart(unit), nil
	case Reload:
		return p.reload(unit)
	}
	return nil, fmt.Errorf("unknown verb %q", kind)
}

// reload is refused where it would not do what was asked; a supervisor's is that of its members that run and
// can reload.
func (p *plan) reload(unit units.ID) ([]target, error) {
	if unit.Kind() == units.KindSupervisor {
		var targets []target
		for _, member := range p.graph.Members(unit) {
			if more, err := p.reload(member); err == nil {
				targets = append(targets, more...)
			}
		}
		if len(targets) == 0 {
			return nil, errors.New("none of its members runs and can reload")
		}
		return targets, nil
	}
	installed := p.table.current(unit)
	switch {
	case unit.Kind() == units.KindJob:
		return nil, errors.New("a job has nothing to reload; its next run reads everything anew")
	case unit.Kind() == units.KindPipeline:
		return nil, errors.New("a pipeline has nothing to reload; deploy it")
	case !p.view.Set.Units[unit].Reloads():
		return nil, errors.New("it has no reload block; use restart, or say in the unit how it reloads: reload { signal = \"SIGHUP\" }")
	case installed != nil && mergeOf(installed, Reload) == refuse:
		return nil, errors.New("it is being stopped")
	case !p.view.reloads(unit) && (installed == nil || !installed.starts()):
		return nil, fmt.Errorf("it is %s; start reads everything anew", p.view.Activity(unit))
	}
	return []target{{unit, Reload}}, nil
}

func (p *plan) reloadOrRestart(unit units.ID) []target {
	if unit.Kind() == units.KindSupervisor && p.view.Activity(unit).running() {
		var targets []target
		for _, member := range p.graph.Members(unit) {
			if p.view.Activity(member).running() {
				targets = append(targets, p.reloadOrRestart(member)...)
			}
		}
		if len(targets) == 0 {
			p.notes = append(p.notes, Note{Unit: unit, Result: Skipped, Text: "none of its members runs"})
		}
		return targets
	}
	if targets, err := p.reload(unit); err == nil {
		return targets
	}
	return []target{{unit, Restart}}
}

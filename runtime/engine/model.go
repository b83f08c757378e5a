package engine

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// Model is the state as a function given to Call sees it. It is good until that function returns.
type Model struct{ e *Engine }

// Set is the definitions in force, units on their way out included.
func (m *Model) Set() *units.Set { return m.e.set }

// Unit is the state of a unit, not to be changed; nil: no such unit.
func (m *Model) Unit(id units.ID) *lifecycle.Unit { return m.e.units[id] }

// Definition is what a unit would be started with; nil: no such unit.
func (m *Model) Definition(id units.ID) *units.Unit { return m.e.defs[id] }

// IDs lists all units so that each comes after what it waits for.
func (m *Model) IDs() []units.ID { return m.e.set.Graph().Order() }

// Enabled reports whether a unit starts at boot and with its supervisor, overrides included.
func (m *Model) Enabled(id units.ID) bool { return m.e.enabled(id) }

// Draining reports that the manager is on its way down.
func (m *Model) Draining() bool { return m.e.draining }

// Overrides is a copy of what people have said beside the unit files.
func (m *Model) Overrides() Overrides { return m.e.overrides.clone() }

// Job is a unit's job that has not ended, and the units it waits for.
func (m *Model) Job(id units.ID) (j job.Job, waitsFor []units.ID, ok bool) {
	j, ok = m.e.jobs.Of(id)
	if !ok {
		return j, nil, false
	}
	return j, m.e.jobs.WaitsFor(m.e.view(), j.ID), true
}

// Transaction is a transaction with its jobs, as long as it is remembered.
func (m *Model) Transaction(id uint64) (job.Transaction, []job.Job, bool) {
	return m.e.jobs.Transaction(id)
}

// Boot starts every enabled unit that nobody has stopped by hand since the host booted.
func (m *Model) Boot() {
	e := m.e
	view := e.view()
	view.Enabled = func(id units.ID) bool { return e.enabled(id) && !e.overrides.Stopped[id] }
	request := job.Boot(view)
	_, changes, err := e.jobs.Submit(view, request)
	e.follow(changes)
	if err != nil {
		e.config.Logger.Error("boot", "error", err)
	}
	e.setTimers()
	e.changed = true
}

// Submit makes one transaction of a request by a person: what they stop stays stopped until they start it.
func (m *Model) Submit(kind job.Kind, ids []units.ID) (job.Transaction, error) {
	e := m.e
	if e.draining {
		return job.Transaction{}, ErrDraining
	}
	tx, changes, err := e.jobs.Submit(e.view(), job.Request{Kind: kind, Units: ids})
	e.follow(changes)
	e.changed = true
	if err != nil {
		return tx, err
	}
	e.byHand(tx, kind, ids)
	e.hasten(tx)
	return tx, nil
}

// byHand remembers what people stopped: what they named, members of supervisors included, and what had to stop
// with it, since that would bring it back.
func (e *Engine) byHand(tx job.Transaction, kind job.Kind, ids []units.ID) {
	before := maps.Clone(e.overrides.Stopped)
	mark := func(id units.ID, kind job.Kind) {
		if id.Kind() == units.KindJob || id.Kind() == units.KindPipeline {
			return // the run is stopped: nothing keeps such a unit up that would have to be kept down
		}
		switch kind {
		case job.Stop:
			e.overrides.Stopped[id] = true
			e.forsake(id)
		case job.Start, job.Restart:
			delete(e.overrides.Stopped, id)
		}
	}
	_, jobs, _ := e.jobs.Transaction(tx.ID)
	for _, j := range jobs {
		mark(j.Unit, j.Kind)
	}
	for _, id := range ids {
		mark(id, kind)
		for _, member := range e.set.Graph().Members(id) {
			mark(member, kind)
		}
	}
	if !maps.Equal(before, e.overrides.Stopped) {
		e.persist()
	}
}

// Scale sets how many workers a pool is to have, whatever its unit file says; 0 goes back to that.
func (m *Model) Scale(id units.ID, workers int) error {
	e := m.e
	def := e.defs[id]
	if def == nil || def.Pool == nil {
		return fmt.Errorf("scale %s: it is no pool", id)
	}
	if most := def.Pool.MaxWorkers(); workers < 0 || workers > most {
		return fmt.Errorf("scale %s: give it 1 to %d workers, or 0 for what its unit file says", id, most)
	}
	if workers == def.Pool.Workers {
		workers = 0
	}
	if workers == 0 {
		delete(e.overrides.Workers, id)
	} else {
		e.overrides.Workers[id] = workers
	}
	e.persist()
	e.step(id, lifecycle.Event{Kind: lifecycle.ScaleWanted, Count: workers})
	e.changed = true
	return nil
}

// SetMaintenance says whether the manager answers the clients of a pool, whatever its workers do.
func (m *Model) SetMaintenance(id units.ID, on bool) error {
	e := m.e
	def := e.defs[id]
	if def == nil || def.Pool == nil {
		return fmt.Errorf("maintenance of %s: it is no pool", id)
	}
	if on && def.Pool.Unavailable == nil {
		return fmt.Errorf("maintenance of %s: it listens nowhere, so it has no clients; stop it instead", id)
	}
	if on {
		e.overrides.Maintenance[id] = true
	} else {
		delete(e.overrides.Maintenance, id)
	}
	e.persist()
	e.step(id, lifecycle.Event{Kind: lifecycle.MaintenanceWanted, OK: on})
	e.changed = true
	return nil
}

// ReplaceWorker has the worker of a pool that has this index replaced; the present one serves until the other is
// ready.
func (m *Model) ReplaceWorker(id units.ID, index int) {
	m.e.step(id, lifecycle.Event{Kind: lifecycle.ReplaceWanted, Count: index})
	m.e.changed = true
}

// ResetFailed forgets the failures of a unit.
func (m *Model) ResetFailed(id units.ID) {
	m.e.step(id, lifecycle.Event{Kind: lifecycle.ResetWanted})
	m.e.changed = true
}

// SetEnabled says whether units start at boot, whatever their unit files say, and gives those for which
// that is a change.
func (m *Model) SetEnabled(ids []units.ID, enabled bool) []units.ID {
	var changed []units.ID
	for _, id := range ids {
		if m.e.defs[id] == nil || m.e.enabled(id) == enabled {
			continue
		}
		changed = append(changed, id)
		if m.e.defs[id].Enabled == enabled {
			delete(m.e.overrides.Enabled, id)
		} else {
			m.e.overrides.Enabled[id] = enabled
		}
	}
	if len(changed) > 0 {
		m.e.persist()
		m.e.changed = true
	}
	for _, id := range changed {
		m.e.setTimer(id)
	}
	m.e.watchClock()
	return changed
}

// Drain begins the end: all units stop in reverse order, then Run returns.
func (m *Model) Drain() { m.e.drain() }

// view is the world that jobs are decided against.
func (e *Engine) view() job.View {
	return job.View{Set: e.set, Enabled: e.enabled, Activity: e.activity}
}

func (e *Engine) enabled(id units.ID) bool { return e.overrides.enabledIn(e.set)(id) }

// enabledIn says for a set of definitions which units start at boot, overrides included.
func (o Overrides) enabledIn(set *units.Set) func(units.ID) bool {
	return func(id units.ID) bool {
		if enabled, ok := o.Enabled[id]; ok {
			return enabled
		}
		def := set.Units[id]
		return def != nil && def.Enabled
	}
}

func (e *Engine) activity(id units.ID) job.Activity {
	u := e.units[id]
	if u == nil {
		return job.Inactive
	}
	return job.Activity(u.Phase().ActiveState())
}

func (e *Engine) now() time.Time { return e.config.Now() }

func (e *Engine) persist() { e.config.Persist(e.overrides.clone(), e.set) }

func (o Overrides) clone() Overrides {
	return Overrides{
		Enabled: maps.Clone(o.Enabled), Workers: maps.Clone(o.Workers), Maintenance: maps.Clone(o.Maintenance),
		Stopped: maps.Clone(o.Stopped),
	}
}

// normal makes an empty Overrides ready for use.
func (o Overrides) normal() Overrides {
	o = o.clone()
	if o.Enabled == nil {
		o.Enabled = map[units.ID]bool{}
	}
	if o.Workers == nil {
		o.Workers = map[units.ID]int{}
	}
	if o.Maintenance == nil {
		o.Maintenance = map[units.ID]bool{}
	}
	if o.Stopped == nil {
		o.Stopped = map[units.ID]bool{}
	}
	return o
}

// sorted lists the keys of a map.
func sorted[K cmp.Ordered, V any](of map[K]V) []K { return slices.Sorted(maps.Keys(of)) }

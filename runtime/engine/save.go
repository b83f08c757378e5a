package engine

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// What the loop decides is recorded for the manager after this one, should this one die: not each step by itself, but
// what has changed within savePause, all of one instant together. A process is forked before its record is written: it
// names itself (runtime/process), so none is lost between the two.

// savePause is how long changes are gathered. The encoding of one unit takes 10 µs, and an instant in which many change
// is the boot.
const savePause = 20 * time.Millisecond

// Saved is the state at one instant: all of it, or what has changed since the one before.
type Saved struct {
	// At and Up are the time of day and the time since the boot of the host, at which it was so.
	At time.Time     `json:"at"`
	Up time.Duration `json:"up"`

	LastRun     uint64                        `json:"last_run"`
	AppliedAt   time.Time                     `json:"applied_at"`
	Draining    bool                          `json:"draining,omitempty"`
	Jobs        *job.Table                    `json:"jobs"`
	Patience    map[units.ID]time.Time        `json:"patience,omitempty"`
	Dragged     map[units.ID][]units.ID       `json:"dragged,omitempty"`
	Causes      map[units.ID]*lifecycle.Cause `json:"causes,omitempty"`
	Successions map[units.ID][]time.Time      `json:"successions,omitempty"`

	Units map[units.ID]SavedUnit `json:"units,omitempty"`
	Gone  []units.ID             `json:"gone,omitempty"` // units of earlier instants that are no more
	// Whole says that Units are all that there are.
	Whole bool `json:"whole,omitempty"`
	// HandedOver says that the manager goes on in the same process: what programs have said meanwhile is heard.
	HandedOver bool `json:"-"` // never recorded: who reads what was handed over knows it
}

// SavedUnit is the state of one unit.
type SavedUnit struct {
	State *lifecycle.Unit `json:"state"`
	// Held is what the executor says of what it holds for the unit beside processes; none: as before.
	Held json.RawMessage `json:"held,omitempty"`
}

// Add takes a later instant in.
func (s *Saved) Add(later Saved) {
	before := s.Units
	*s = later
	if later.Whole || before == nil {
		if s.Units == nil {
			s.Units = map[units.ID]SavedUnit{}
		}
		return
	}
	for id, u := range later.Units {
		if u.Held == nil {
			u.Held = before[id].Held
		}
		before[id] = u
	}
	for _, id := range later.Gone {
		delete(before, id)
	}
	s.Units, s.Gone = before, nil
}

// saving is what the loop keeps of its recording.
type saving struct {
	timer *time.Timer
	armed bool
	now   bool // it is not to wait for the timer
	dirty map[units.ID]bool
	gone  map[units.ID]bool
	whole bool // all is to be recorded anew
	epoch time.Time
}

func newSaving() saving {
	s := saving{timer: time.NewTimer(time.Hour), dirty: map[units.ID]bool{}, gone: map[units.ID]bool{}, whole: true}
	s.timer.Stop()
	return s
}

// touch notes that a unit is another one than was recorded.
func (e *Engine) touch(id units.ID) {
	if e.config.Save == nil {
		return
	}
	if e.units[id] == nil {
		delete(e.saving.dirty, id)
		e.saving.gone[id] = true
	} else {
		e.saving.dirty[id] = true
		delete(e.saving.gone, id)
	}
	e.saveSoon()
}

func (e *Engine) saveSoon() {
	if e.config.Save != nil && !e.saving.armed {
		e.saving.armed = true
		e.saving.timer.Reset(savePause)
	}
}

// saveNow has the loop record what has changed before it takes in anything else. A timer would be one of several things that
// may come first.
func (e *Engine) saveNow() { e.saving.now = e.config.Save != nil }

// save records what has changed.
func (e *Engine) save() {
	e.saving.timer.Stop()
	e.saving.armed, e.saving.now = false, false
	e.followClock()
	all := e.saving.whole
	saved := e.instant()
	saved.Whole = all
	saved.Units = make(map[units.ID]SavedUnit, len(e.saving.dirty))
	busy := false
	for id, u := range e.units {
		if !all && !e.saving.dirty[id] {
			continue
		}
		held, ok := e.config.Executor.Held(id)
		busy = busy || !ok
		saved.Units[id] = SavedUnit{State: u, Held: held}
		if ok {
			delete(e.saving.dirty, id)
		}
	}
	if !all {
		saved.Gone = sorted(e.saving.gone)
	}
	clear(e.saving.gone)
	text, err := json.Marshal(saved)
	if err != nil {
		e.config.Logger.Error("record the state", "error", err)
		return
	}
	e.saving.whole = e.config.Save(text, all)
	if busy || e.saving.whole && !all { // soon again
		e.saveSoon()
	}
}

// Record records at once what has changed so far, for who tells somebody of it.
func (m *Model) Record() {
	if m.e.saving.armed || m.e.saving.now {
		m.e.save()
	}
}

// RecordAll records everything anew: what there was is lost.
func (m *Model) RecordAll() {
	m.e.saving.whole = true
	m.e.save()
}

// instant is what concerns no unit alone. Jobs that have ended are not among it.
func (e *Engine) instant() Saved {
	return Saved{
		At: e.now(), Up: e.config.Up(), LastRun: e.lastRun, AppliedAt: e.appliedAt, Draining: e.draining,
		Jobs: e.jobs.Living(), Patience: e.patience, Dragged: e.dragged, Causes: e.causes, Successions: e.successions,
	}
}

// runsAhead is by how many runs the numbers of a manager begin beyond those that the last one has recorded, since it may
// have begun runs after that. It is a multiple of RunsPerStep.
// The chance in it keeps apart what managers begin that die one after the other before they have recorded anything.
const (
	runsAhead = 1 << 40
	runsApart = 1 << 24
)

// Resume takes over the state that a manager has recorded which died, in place of that of New. It is called before Run.
// The actions that follow go to the executor, which must have taken over what is left of that manager by the trees that
// Resume returns, before anything of them is done. What there is no definition of is not taken over.
func (e *Engine) Resume(saved Saved) {
	saved.rebase(e.now(), e.config.Up())
	e.lastRun = saved.LastRun + runsAhead + lifecycle.RunsPerStep*uint64(e.config.Chance()*runsApart)
	e.appliedAt = saved.AppliedAt
	var outdated []units.ID
	for _, id := range slices.Sorted(maps.Keys(saved.Units)) {
		s := saved.Units[id]
		switch u := e.units[id]; {
		case u == nil || s.State == nil || !sameMachine(u, s.State):
		case s.State.Outdated(e.memories[id]):
			outdated = append(outdated, id) // its memory counts, which New has recalled
		default:
			e.units[id] = s.State
		}
	}
	if saved.Jobs != nil {
		e.jobs = *saved.Jobs
	}
	if saved.Patience != nil {
		e.patience = saved.Patience
	}
	if saved.Dragged != nil {
		e.dragged = saved.Dragged
	}
	if saved.Causes != nil {
		e.causes = saved.Causes
	}
	if saved.Successions != nil {
		e.successions = saved.Successions
	}
	for _, id := range sorted(e.units) {
		u, def := e.units[id], e.defs[id]
		if _, known := saved.Units[id]; !known {
			e.unknown = append(e.unknown, id)
			continue
		}
		in := e.in(def)
		in.HandedOver = saved.HandedOver
		actions := u.Resume(def, in)
		if readsFiles(def) { // with what they held then
			e.reads++
		}
		if p := u.Pool; p != nil {
			p.Scaled, p.Maintenance = e.overrides.Workers[id], e.overrides.Maintenance[id]
		}
		e.deadlines.set(id, u.Deadline())
		e.resumed = append(e.resumed, resumption{id, actions})
	}
	e.follow(e.jobs.Purge(e.set.Graph(), func(id units.ID) bool { return e.units[id] != nil }))
	for _, id := range outdated {
		if j, busy := e.jobs.Of(id); busy && j.State == job.Running {
			e.follow(e.jobs.Finish(e.view(), id, j.Now, job.Failed, "the manager was killed as it began"))
		}
	}
}

// Rejoin goes on from a Resume. What was decided in the last moment of the manager before may not have been recorded:
// units that it knew nothing of are new ones, and what people have stopped is stopped.
func (m *Model) Rejoin() {
	e := m.e
	view := e.view()
	view.Enabled = func(id units.ID) bool {
		return e.enabled(id) && !e.overrides.Stopped[id] && slices.Contains(e.unknown, id)
	}
	if request := job.Boot(view); len(e.unknown) > 0 {
		e.submitIn(view, request)
	}
	var stop []units.ID
	for _, id := range sorted(e.overrides.Stopped) {
		if u := e.units[id]; u != nil && !u.Phase().Down() && u.Phase() != lifecycle.Stopping && u.Phase() != lifecycle.Killing {
			stop = append(stop, id)
		}
	}
	e.submit(job.Request{Kind: job.Stop, Units: stop, Why: "it was stopped by hand"})
	e.unknown = nil
	e.rememberAll()
	e.setTimers()
	e.settlePipelines()
	e.changed = true
}

// resumption is what is to be done for a unit that was taken over.
type resumption struct {
	unit    units.ID
	actions []lifecycle.Action
}

func sameMachine(a, b *lifecycle.Unit) bool {
	return (a.Process == nil) == (b.Process == nil) && (a.Timer == nil) == (b.Timer == nil) && (a.Pool == nil) == (b.Pool == nil) && (a.Pipeline == nil) == (b.Pipeline == nil) &&
		(a.Delay == nil) == (b.Delay == nil) && (a.Supervisor == nil) == (b.Supervisor == nil)
}

// Trees lists what process trees there may be of each unit.
func (e *Engine) Trees() map[units.ID][]lifecycle.Tree {
	all := map[units.ID][]lifecycle.Tree{}
	for id, u := range e.units {
		if list := u.Trees(); len(list) > 0 {
			all[id] = list
		}
	}
	return all
}

// Definitions are those of all units that there are.
func (e *Engine) Definitions() map[units.ID]*units.Unit { return maps.Clone(e.defs) }

// resume hands over the actions that follow from a Resume.
func (e *Engine) resume() {
	for _, r := range e.resumed {
		var effects []lifecycle.Action
		for _, a := range r.actions {
			if a.Do.Effect() {
				effects = append(effects, a)
			}
		}
		if len(effects) > 0 {
			e.config.Executor.Do(e.defs[r.unit], effects)
		}
		for _, a := range r.actions {
			if !a.Do.Effect() {
				e.consider(r.unit, a)
			}
		}
	}
	e.resumed = nil
}

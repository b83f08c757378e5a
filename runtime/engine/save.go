package engine

import (
	"encoding/json"
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

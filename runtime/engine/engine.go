package engine

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"time"

	"unitd/policy/alert"
	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/units"
)

// Executor carries out what policy decided. Do must not block; what comes of the actions comes back by
// Engine.Post.
type Executor interface {
	Do(def *units.Unit, actions []lifecycle.Action)
	// Move hands the open listener at an address from one unit to another. It must not block.
	Move(from, to units.ID, listener units.Listen)
	// Hear posts everything that programs have said up to now, and what happened before the engine ran, and then calls
	// done. It must not block.
	Hear(done func())
	// Held is what is to be recorded of what a unit has beside its processes, as JSON; none: nothing. Not ok says that it
	// is being changed just now, and that this is what it was before. It must not block.
	Held(unit units.ID) (held json.RawMessage, ok bool)
}

// Config is what an Engine needs from outside.
type Config struct {
	Executor Executor
	// Boot is when the host booted.
	Boot time.Time
	// Chance gives a random number in [0,1); Invocation a fresh invocation id.
	Chance     func() float64
	Invocation func() string
	// Record is told every change of a unit's or worker's state. It must not block for long.
	Record func(Transition)
	// Observe is told where units stand that alerts speak for: when that changes, when the loop begins, and when definitions
	// change. Forget is told of units that there are no more. Neither may block. nil: nobody wants to know.
	Observe func(*units.Unit, alert.Observation)
	Forget  func(units.ID)
	// Persist saves the overrides after a change; the set tells what the unit files say instead.
	Persist func(Overrides, *units.Set)
	// Memories are what managers before this one have remembered of jobs and pipelines; Remember is told all that there is of
	// that after a change. It must not block for long.
	Memories map[units.ID]lifecycle.Memory
	Remember func(map[units.ID]lifecycle.Memory)
	// Written calls done, beside the loop, once what was to be remembered by now is on the disk, or cannot be written; nil: that
	// is so at once.
	Written func(done func())
	// Apply applies the unit files, as people do, beside the loop, and calls done with what follows from it: a transaction, or 0.
	Apply func(done func(transaction uint64, err error))
	// LastOutput gives the last lines that the latest run of a unit has written; it may read files. nil: nobody knows.
	LastOutput func(unit units.ID, n int) []string
	// Save records a change of the state, a Saved as JSON, and says whether the next one is to be whole; nil: nothing is
	// recorded. It must not block for long. Up is the time since the boot of the host.
	Save func(saved []byte, whole bool) (next bool)
	Up   func() time.Duration
	// Now reads the clock as time.Now does, which is the default. Wall is what the clock shows, for schedules; nil: that of Now.
	// (In the bubbles of testing/synctest times have no second reading that nobody sets.)
	Now    func() time.Time
	Wall   func() time.Time
	Logger *slog.Logger
}

// State is where a unit or a worker stands, in the words that users see (docs/behaviour.md, "States").
type State struct{ Active, Sub string }

// Transition is one change of state, with the reason for it. From and State are the same where only what the
// health checks say has changed.
type Transition struct {
	At     time.Time
	Unit   units.ID
	Worker int // index; 0: the unit itself
	From   State
	State  // where it stands now
	// Ended says why a run ended with this; "": none did.
	Ended      units.Reason
	Reason     string // in words
	Invocation string
	PID        int // of the main process, the one that has ended included
}

// Overrides are what people have said beside the unit files. They are values of the state.
type Overrides struct {
	// Enabled and Workers hold against the unit files.
	Enabled map[units.ID]bool
	Workers map[units.ID]int
	// Maintenance are pools whose clients the manager answers, until somebody takes that back.
	Maintenance map[units.ID]bool
	// Stopped are units that stay stopped until somebody starts them or the host boots.
	Stopped map[units.ID]bool
}

// Engine owns the state of all units. Make it with New, run it with Run; every other exported method may be
// called from any goroutine.
type Engine struct {
	config Config
	inbox  chan message
	calls  chan call
	done   chan struct{} // closed when Run has returned

	// All that follows belongs to the loop.
	set       *units.Set
	units     map[units.ID]*lifecycle.Unit
	defs      map[units.ID]*units.Unit // what is in force; units that are on their way out included
	jobs      job.Table
	overrides Overrides
	deadlines deadlines
	lastRun   uint64
	patience  map[units.ID]time.Time // start jobs that bear failed attempts until then; zero: without end
	applying  map[uint64]*applied    // transactions of an apply
	revision  uint64                 // counts the changes of what is in force
	reads     uint64                 // counts starts and ends of programs that read files
	appliedAt time.Time              // when what is in force was applied
	leaving   map[units.ID]bool      // units that the unit files no longer have
	templates map[units.ID]*units.Unit
	dragged   map[units.ID][]units.ID       // what stopped with the members of a supervisor that has failed
	causes    map[units.ID]*lifecycle.Cause // for start jobs of on_failure and on_success
	// successions are the times at which a unit was started lately because others had ended.
	successions map[units.ID][]time.Time
	memories    map[units.ID]lifecycle.Memory // of jobs and pipelines, those without a unit included
	pipelines   map[units.ID]bool
	quoting     map[units.ID]uint64 // operations of pipelines whose end is told as soon as it is known what units wrote
	draining    bool
	changed     bool
	watchers    map[chan struct{}]bool
	reasons     reasons
	essential   chan string
	saving      saving
	clock       clockWatch
	unknown     []units.ID   // units that the manager before has recorded nothing of, until Rejoin
	resumed     []resumption // what follows from having taken over, until Run
}

// message is an event on its way to the loop.
type message struct {
	unit  units.ID
	event lifecycle.Event
}

// call is a function on its way to the loop.
type call struct {
	run  func(*Model)
	done chan struct{}
}

// inboxSize bounds the events that wait; whoever has one more waits itself. Each place takes a third of a KiB.
const inboxSize = 256

// ErrEnded says that the engine has ended and takes no more calls.
var ErrEnded = errors.New("the manager has ended")

// ErrDraining says that the manager is on its way down.
var ErrDraining = errors.New("the manager is stopping all units")

// New makes an engine for the units of set. Nothing starts before Run and a Boot or Submit.
func New(set *units.Set, overrides Overrides, config Config) *Engine {
	e := &Engine{
		config: config, inbox: make(chan message, inboxSize), calls: make(chan call), done: make(chan struct{}),
		units: map[units.ID]*lifecycle.Unit{}, defs: map[units.ID]*units.Unit{}, overrides: overrides.normal(),
		patience: map[units.ID]time.Time{}, applying: map[uint64]*applied{}, watchers: map[chan struct{}]bool{}, reasons: reasons{},
		dragged: map[units.ID][]units.ID{}, causes: map[units.ID]*lifecycle.Cause{}, successions: map[units.ID][]time.Time{}, essential: make(chan string, 1),
		memories: map[units.ID]lifecycle.Memory{}, pipelines: map[units.ID]bool{}, quoting: map[units.ID]uint64{},
	}
	maps.Copy(e.memories, config.Memories)
	if e.config.Up == nil {
		e.config.Up = func() time.Duration { return 0 }
	}
	if e.config.Now == nil {
		e.config.Now = time.Now
	}
	if e.config.Wall == nil {
		e.config.Wall = e.config.Now
	}
	e.saving, e.clock = newSaving(), newClockWatch(e.now())
	e.saving.epoch = e.epoch()
	e.deadlines.index = map[units.ID]int{}
	e.adopt(set)
	e.appliedAt = e.now()
	return e
}

// adopt takes the units of a set into force. Units that it does not have stay until they have stopped.
func (e *Engine) adopt(set *units.Set) {
	e.set = set
	e.revision++
	for id, def := range set.Units {
		if def.TemplateOf != "" {
			continue
		}
		e.defs[id] = def
		if e.units[id] == nil {
			e.units[id] = lifecycle.New(def)
			if memory, known := e.memories[id]; known {
				e.units[id].Recall(memory)
			}
		}
		if def.Pipeline != nil {
			e.pipelines[id] = true
		}
		if p := e.units[id].Pool; p != nil {
			p.Scaled, p.Maintenance = e.overrides.Workers[id], e.overrides.Maintenance[id]
		}
	}
}

// Post brings an event to the loop. It waits while the inbox is full, and drops the event once the engine
// has ended.
func (e *Engine) Post(unit units.ID, ev lifecycle.Event) {
	select {
	case e.inbox <- message{unit, ev}:
	case <-e.done:
	}
}

// Call runs f in the loop and returns when it has run. f sees the state as it is between two events; it must
// not block, nor keep what the model gives it unless that is a copy.
func (e *Engine) Call(ctx context.Context, f func(*Model)) error {
	c := call{run: f, done: make(chan struct{})}
	select {
	case e.calls <- c:
	case <-ctx.Done():
		return ctx.Err()
	case <-e.done:
		return ErrEnded
	}
	<-c.done
	return nil
}

// Done is closed when Run has returned.
func (e *Engine) Done() <-chan struct{} { return e.done }

// Essential gives the reason once an essential unit has failed for good.
func (e *Engine) Essential() <-chan string { return e.essential }

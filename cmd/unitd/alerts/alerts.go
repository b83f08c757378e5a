package alerts

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"unitd/policy/alert"
	courier "unitd/runtime/alert"
	"unitd/runtime/journal"
	"unitd/units"
)

// Config is what Alerts need.
type Config struct {
	StateDir string
	Where    alert.Where
	Events   *journal.Events
	Logger   *slog.Logger
	// Hand runs a program with variables and a message on its standard input, and gives what it says.
	Hand func(ctx context.Context, name string, argv, env []string, message []byte) (said []byte, err error)
	// Output gives the last lines that a unit has written, at most n.
	Output func(ctx context.Context, unit units.ID, n int) []string
}

// Alerts tell what happens to units to those who are named in their alert blocks. Its methods may be called from any
// goroutine.
type Alerts struct {
	config Config
	outbox *courier.Outbox

	mu       sync.Mutex
	memories map[units.ID]*alert.Memory
	defs     map[units.ID]*units.Unit // those with alerts
	letters  map[uint64]alert.Message // that are not told yet, by the key of their letter
	results  map[units.ID]map[string]Result
	last     uint64 // key
	begun    bool
	timer    *time.Timer
	saving   saving
}

// Result is what came of the last message of an alert.
type Result struct {
	At    time.Time       `json:"at"`
	Event units.AlertKind `json:"event"`
	Error string          `json:"error,omitempty"` // "": it was told
}

// New makes Alerts that know nothing yet; see Load.
func New(config Config) *Alerts {
	a := &Alerts{
		config: config, memories: map[units.ID]*alert.Memory{}, defs: map[units.ID]*units.Unit{},
		letters: map[uint64]alert.Message{}, results: map[units.ID]map[string]Result{},
	}
	a.saving.end = make(chan struct{})
	a.outbox = courier.New(courier.Config{Deliver: a.deliver, Ended: a.ended})
	return a
}

// Observe takes in where a unit stands, whenever that changes, and once when a manager begins or definitions do. It is
// called in the engine's loop.
func (a *Alerts) Observe(def *units.Unit, o alert.Observation) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(def.Alerts) == 0 {
		a.forget(def.ID)
		return
	}
	a.defs[def.ID] = def
	m := a.memories[def.ID]
	if m == nil {
		m = &alert.Memory{}
		a.memories[def.ID] = m
	}
	before := remembered(m)
	messages := m.Observe(def, o)
	a.follow(messages, !bytes.Equal(before, remembered(m)))
}

// Forget takes out a unit that there is no more.
func (a *Alerts) Forget(unit units.ID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forget(unit)
}

func (a *Alerts) forget(unit units.ID) {
	if _, known := a.memories[unit]; known {
		a.touch()
	}
	delete(a.memories, unit)
	delete(a.defs, unit)
	delete(a.results, unit)
}

// remembered is what is to be saved of a memory; none where there is nothing.
func remembered(m *alert.Memory) []byte {
	if m.Empty() {
		return nil
	}
	text, _ := json.Marshal(m) // texts, times and numbers: it cannot fail
	return text
}

// follow sends messages, and sets the timer for those that are held back. It is called with the lock held.
func (a *Alerts) follow(messages []alert.Message, changed bool) {
	for _, message := range messages {
		a.last++
		a.letters[a.last] = message
		if a.begun { // else what was left comes first
			a.put(a.last, message)
		}
	}
	if changed || len(messages) > 0 {
		a.touch()
		a.setTimer()
	}
}

// put hands a message to the outbox.
func (a *Alerts) put(key uint64, message alert.Message) {
	lane := ""
	if def := a.defs[message.Unit]; def != nil {
		if block, ok := def.Alert(message.Alert); ok {
			lane = block.Aim()
		}
	}
	a.outbox.Put(courier.Letter{Key: key, Lane: lane})
}

// setTimer has the earliest message that is held back sent in its time.
func (a *Alerts) setTimer() {
	var first time.Time
	for id, m := range a.memories {
		if due := m.Deadline(); a.defs[id] != nil && !due.IsZero() && (first.IsZero() || due.Before(first)) {
			first = due
		}
	}
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
	if !first.IsZero() && !a.saving.closed {
		a.timer = time.AfterFunc(time.Until(first), a.expire)
	}
}

// expire sends what was held back until now.
func (a *Alerts) expire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now().Round(0)
	var messages []alert.Message
	for id, m := range a.memories {
		if def := a.defs[id]; def != nil {
			messages = append(messages, m.Expire(def, now)...)
		}
	}
	a.follow(messages, false)
	a.setTimer()
}

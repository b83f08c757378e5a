package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/state"
	"unitd/units"
)

// memories are what is known of jobs over the ends of managers and hosts: the times of their schedules that were dealt
// with, and their last runs.
type memories struct {
	stateDir string
	log      *slog.Logger
	changed  chan struct{}
	urgent   chan struct{} // somebody waits until it is written

	// recorded returns when all is recorded that was decided before, as far as it can be; set before run.
	recorded func()
	failed   bool // of run alone: what is remembered could not be written

	mu      sync.Mutex
	all     map[units.ID]lifecycle.Memory
	waiting []func() // called once it is
}

// savingMemories is how long changes are gathered after one was written: a disk takes its time, and a job that runs each
// second is no reason to keep it busy.
const savingMemories = 2 * time.Second

func newMemories(stateDir string, log *slog.Logger, all map[units.ID]lifecycle.Memory) *memories {
	return &memories{stateDir: stateDir, log: log, changed: make(chan struct{}, 1), urgent: make(chan struct{}, 1), all: all, recorded: func() {}}
}

// goOnWith is what another program in this process has remembered. It may not be written yet.
func goOnWith(stateDir string, log *slog.Logger, all map[units.ID]lifecycle.Memory) *memories {
	if all == nil {
		all = map[units.ID]lifecycle.Memory{}
	}
	m := newMemories(stateDir, log, all)
	poke(m.changed)
	return m
}

// now is what is remembered; it is not changed any more.
func (m *memories) now() map[units.ID]lifecycle.Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all
}

// loadMemories reads what managers before this one have remembered.
func loadMemories(stateDir string, log *slog.Logger) *memories {
	m := newMemories(stateDir, log, map[units.ID]lifecycle.Memory{})
	timers, err := state.LoadTimers(stateDir)
	if err != nil {
		log.Warn("what was known of jobs is lost: none catches up on a run now", "error", err)
	}
	for id, text := range timers {
		var memory lifecycle.Memory
		if err := json.Unmarshal(text, &memory); err != nil {
			log.Warn("what was known of a job is lost", "unit", id, "error", err)
			continue
		}
		m.all[units.ID(id)] = memory
	}
	return m
}

// remember takes what is to be remembered from now on. It is called in the engine's loop, which must not wait for a disk.
func (m *memories) remember(all map[units.ID]lifecycle.Memory) {
	m.mu.Lock()
	m.all = all
	m.mu.Unlock()
	poke(m.changed)
}

// written calls done once all that was to be remembered by now is on the disk, or cannot be written.
func (m *memories) written(done func()) {
	m.mu.Lock()
	m.waiting = append(m.waiting, done)
	m.mu.Unlock()
	poke(m.urgent)
}

// run writes after changes until ctx ends, by which time the engine must have ended, and what has changed by then.
func (m *memories) run(ctx context.Context) error {
	for {
		select {
		case <-m.changed:
			m.save()
		case <-m.urgent:
			m.save()
			continue
		case <-again(m.failed):
			m.save()
		case <-ctx.Done():
			select {
			case <-m.changed:
				m.save()
			default:
				if m.failed {
					m.save()
				}
			}
			return ctx.Err()
		}
		select {
		case <-time.After(savingMemories):
		case <-m.urgent:
			poke(m.urgent)
		case <-ctx.Done():
		}
	}
}

// save writes what is remembered by now, after the state that goes with it: a manager that is killed between the two leaves
// a record by which the next one goes on, and not a memory by which it can only tell that something was cut off.
func (m *memories) save() {
	m.mu.Lock()
	waiting, all := m.waiting, m.all
	m.waiting = nil
	m.mu.Unlock()
	m.recorded()
	switch err := state.SaveTimers(m.stateDir, all); {
	case err != nil && !m.failed:
		m.log.Error("save what is known of jobs and pipelines: after the next start they may run again, or not catch up, and what is cut off may not be taken back; tried again every 5 s", "error", err)
		m.failed = true
	case err == nil && m.failed:
		m.log.Info("what is known of jobs and pipelines is saved again")
		m.failed = false
	}
	for _, done := range waiting {
		done()
	}
}

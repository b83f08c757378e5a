package main

import (
	"encoding/json"
	"log/slog"
	"sync"

	"unitd/policy/webhook"
	"unitd/runtime/state"
)

// triggerMemory is what is remembered of the triggers of a pipeline, beyond managers and boots: what was delivered by its
// webhook, and for which commit a poll has begun a run last.
type triggerMemory struct {
	Deliveries webhook.Deliveries `json:"deliveries,omitempty"`
	Polled     string             `json:"polled,omitempty"`
}

// triggerMemories are those of all pipelines. They are on disk before anybody is answered who relies on them.
type triggerMemories struct {
	stateDir string

	mu  sync.Mutex
	all map[string]triggerMemory
}

// loadTriggers reads what managers before this one have remembered.
func loadTriggers(stateDir string, log *slog.Logger) *triggerMemories {
	m := &triggerMemories{stateDir: stateDir, all: map[string]triggerMemory{}}
	saved, err := state.LoadTriggers(stateDir)
	if err != nil {
		log.Warn("what was delivered to webhooks is lost: if it is sent again it begins another run", "error", err)
	}
	for pipeline, text := range saved {
		var memory triggerMemory
		if err := json.Unmarshal(text, &memory); err != nil {
			log.Warn("what was known of triggers is lost", "unit", pipeline, "error", err)
			continue
		}
		m.all[pipeline] = memory
	}
	return m
}

func (m *triggerMemories) deliveries() map[string]webhook.Deliveries {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := map[string]webhook.Deliveries{}
	for pipeline, memory := range m.all {
		all[pipeline] = memory.Deliveries
	}
	return all
}

func (m *triggerMemories) polled(pipeline string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.all[pipeline].Polled
}

// change changes what is remembered of one pipeline, and returns when it is on disk.
func (m *triggerMemories) change(pipeline string, change func(*triggerMemory)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	memory := m.all[pipeline]
	change(&memory)
	m.all[pipeline] = memory
	return state.SaveTriggers(m.stateDir, m.all)
}

// keep forgets pipelines that are no more. The next change writes that.
func (m *triggerMemories) keep(isThere func(pipeline string) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for pipeline := range m.all {
		if !isThere(pipeline) {
			delete(m.all, pipeline)
		}
	}
}

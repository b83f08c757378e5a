package executor

import (
	"encoding/json"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"unitd/policy/lifecycle"
	"unitd/runtime/journal"
	"unitd/runtime/unavailable"
	"unitd/units"
)

// holding is what one unit has of the kernel beside its processes. Its queue, and what was recorded of it, belong to
// Executor.mu, the rest to whoever works the queue off; what other goroutines read is guarded by mu.
type holding struct {
	unit     units.ID
	queue    []queued
	busy     bool
	recorded json.RawMessage // what Held has given last, or the manager before

	mu        sync.Mutex
	listeners []listener
	// directories are the resolved directories by generation.
	directories map[int]string
	// checks are the keys of running checks by worker.
	checks map[int][]string
	// outputs are where the output of the present run of each worker begins.
	outputs map[int]output
	latest  output                 // of the run that was started last
	vacant  map[int]*vacancy       // by slot
	serves  map[int][]units.Listen // what the worker of a slot accepts on
	refuses bool                   // nobody new gets in
	passing *passing               // nil: clients come to the program itself
	workers int                    // how many live
	// answer is what clients get instead of a worker; nil: they go to workers. loops are those who give it.
	answer *unavailable.Answer
	loops  map[unavailable.Source]*answering
}

type queued struct {
	def    *units.Unit
	action lifecycle.Action
}

// output is a log file and the offset at which a run began to write to it.
type output struct {
	path string
	from journal.Position
}

func newHolding(unit units.ID) *holding {
	return &holding{
		unit: unit, directories: map[int]string{}, checks: map[int][]string{}, outputs: map[int]output{},
		vacant: map[int]*vacancy{}, serves: map[int][]units.Listen{}, loops: map[unavailable.Source]*answering{},
	}
}

// close gives up listeners and pinned directories.
func (h *holding) close(log *slog.Logger) {
	h.closeOthers(log, nil)
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.directories)
	h.answer, h.refuses = nil, false
	clear(h.serves)
	for slot, v := range h.vacant {
		close(v.taken)
		delete(h.vacant, slot)
	}
}

// closeOthers closes the listeners that are not among those kept.
func (h *holding) closeOthers(log *slog.Logger, kept []units.Listen) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners = slices.DeleteFunc(h.listeners, func(l listener) bool {
		if units.HasSocket(kept, l.spec) {
			return false
		}
		h.withdraw(l)
		if err := l.close(); err != nil {
			log.Warn("close listener", "unit", h.unit, "address", l.spec.Address, "error", err)
		}
		return true
	})
}

// setOutput remembers where a run's output begins.
func (h *holding) setOutput(worker int, o output) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.outputs[worker], h.latest = o, o
	forgetOldest(h.outputs, maxOutputs)
}

// What is remembered of generations and of workers that are gone: more than a pool can have at a time.
const (
	maxGenerations = 16
	maxOutputs     = 512
)

// forgetOldest keeps a map whose keys only grow within a size.
func forgetOldest[V any](m map[int]V, size int) {
	if len(m) > size {
		delete(m, slices.Min(slices.Collect(maps.Keys(m))))
	}
}

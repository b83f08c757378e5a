package alerts

import (
	"context"
	"maps"
	"slices"
	"time"

	"unitd/policy/alert"
	"unitd/runtime/state"
	"unitd/units"
)

// document is what is remembered beyond managers and hosts.
type document struct {
	Units   map[units.ID]*alert.Memory     `json:"units,omitempty"`
	Letters []alert.Message                `json:"letters,omitempty"` // that were not told yet, oldest first
	Results map[units.ID]map[string]Result `json:"results,omitempty"`
}

// saving is the writing of the document beside everything else.
type saving struct {
	ready   bool // it was read
	dirty   bool
	writing bool // a goroutine is at it
	closed  bool
	rest    chan struct{} // closed when that goroutine has ended
	end     chan struct{} // closed with closed
}

const (
	// savePause is for how long changes are gathered after one was written.
	savePause = time.Second
	// maxAge is after how long nobody wants to be told any more.
	maxAge = 24 * time.Hour
	// grace is how long the manager waits at its end for what is on its way.
	grace = 3 * time.Second
)

// Load reads what managers before this one have left. What they have not told is told once Observe has said whose it is.
func (a *Alerts) Load() {
	var d document
	if err := state.LoadAlerts(a.config.StateDir, &d); err != nil {
		a.config.Logger.Warn("what was known of alerts is lost: some may be sent once more", "error", err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, m := range d.Units {
		if m != nil {
			a.memories[id] = m
		}
	}
	for id, results := range d.Results {
		a.results[id] = results
	}
	for _, message := range d.Letters {
		a.last++
		a.letters[a.last] = message
	}
	a.saving.ready = true
}

// Begin tells what the manager before has left, and then what has happened since. Observe has been told of all units by then.
func (a *Alerts) Begin() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id := range a.memories {
		if a.defs[id] == nil {
			a.forget(id)
		}
	}
	a.begun = true
	old := time.Now().Add(-maxAge)
	for _, key := range slices.Sorted(maps.Keys(a.letters)) {
		message := a.letters[key]
		if message.At.Before(old) {
			a.config.Logger.Warn("alert dropped: nobody could be told for a day", "unit", message.Unit, "alert", message.Alert, "event", message.Kind)
			delete(a.letters, key)
			a.touch()
			continue
		}
		a.put(key, message)
	}
	a.setTimer()
}

// touch has the document written. It is called with the lock held.
func (a *Alerts) touch() {
	a.saving.dirty = true
	if a.saving.ready && !a.saving.writing && !a.saving.closed {
		a.saving.writing, a.saving.rest = true, make(chan struct{})
		go a.write()
	}
}

// write writes until nothing has changed since.
func (a *Alerts) write() {
	for {
		a.save()
		select {
		case <-time.After(savePause):
		case <-a.saving.end:
		}
		a.mu.Lock()
		if !a.saving.dirty || a.saving.closed {
			a.saving.writing = false
			close(a.saving.rest)
			a.mu.Unlock()
			return
		}
		a.mu.Unlock()
	}
}

// save writes the document once.
func (a *Alerts) save() {
	a.mu.Lock()
	a.saving.dirty = false
	d := document{Units: map[units.ID]*alert.Memory{}, Results: map[units.ID]map[string]Result{}}
	for id, m := range a.memories {
		if !m.Empty() {
			d.Units[id] = m.Clone()
		}
	}
	for _, key := range slices.Sorted(maps.Keys(a.letters)) {
		d.Letters = append(d.Letters, a.letters[key])
	}
	for id, results := range a.results {
		d.Results[id] = maps.Clone(results)
	}
	a.mu.Unlock()
	if err := state.SaveAlerts(a.config.StateDir, d); err != nil {
		a.config.Logger.Error("save what is known of alerts: after the next start some may be sent twice, or not", "error", err)
	}
}

// Close waits a while for what is on its way, and leaves the rest to the next manager. What Observe is told afterwards goes
// to that, too; see Save.
func (a *Alerts) Close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, grace)
	defer cancel()
	a.outbox.Close(ctx)
	a.mu.Lock()
	if a.saving.closed { // for a re-exec that did not come about, since the manager ends
		a.mu.Unlock()
		return
	}
	a.saving.closed = true
	close(a.saving.end)
	if a.timer != nil {
		a.timer.Stop()
	}
	rest, left := a.saving.rest, len(a.letters)
	writing := a.saving.writing
	a.mu.Unlock()
	if left > 0 {
		a.config.Logger.Warn("alerts are left for the next manager to send", "alerts", left)
	}
	if writing {
		<-rest
	}
}

// Save writes the document, after Close.
func (a *Alerts) Save() { a.save() }

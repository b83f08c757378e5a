package main

import (
	"context"
	"fmt"
	"log/slog"

	"unitd/runtime/engine"
	"unitd/runtime/journal"
)

// A recorder writes every change of state to the event log, and the more important ones to the manager's own. It does so
// beside the engine's loop: between the end of one program and the start of the next nobody waits for a file. The changes
// of a moment are written together.
type recorder struct {
	events *journal.Events
	log    *slog.Logger
	queue  chan entry
	ended  chan struct{}
}

// entry is a change of state, or a question whether all before it are written.
type entry struct {
	change  engine.Transition
	written chan struct{} // closed then; nil: it is a change
}

// recorderQueue bounds the changes that wait; the loop waits when there are more.
const recorderQueue = 256

func newRecorder(events *journal.Events, log *slog.Logger) *recorder {
	return &recorder{events: events, log: log, queue: make(chan entry, recorderQueue), ended: make(chan struct{})}
}

// record takes a change to be written.
func (r *recorder) record(t engine.Transition) { r.queue <- entry{change: t} }

// settle returns when all is written that was recorded before.
func (r *recorder) settle() {
	written := make(chan struct{})
	select {
	case r.queue <- entry{written: written}:
	case <-r.ended:
		return
	}
	select {
	case <-written:
	case <-r.ended:
	}
}

// run writes until ctx ends, by which time the engine must have ended, and then what is left.
func (r *recorder) run(ctx context.Context) error {
	defer close(r.ended)
	for {
		select {
		case e := <-r.queue:
			r.write(e)
		case <-ctx.Done():
			if len(r.queue) > 0 {
				r.write(<-r.queue)
			}
			return ctx.Err()
		}
	}
}

// write writes an entry and those that have come since.
func (r *recorder) write(first entry) {
	entries := []entry{first}
	for range len(r.queue) {
		entries = append(entries, <-r.queue)
	}
	var events []journal.Event
	for _, e := range entries {
		if e.written == nil {
			events = append(events, eventOf(e.change))
		}
	}
	r.events.Append(events...)
	for _, e := range entries {
		if e.written != nil {
			close(e.written)
		} else {
			r.tell(e.change)
		}
	}
}

func eventOf(t engine.Transition) journal.Event {
	from, to := journal.State(t.From), journal.State(t.State)
	return journal.Event{
		At: t.At, Unit: string(t.Unit), Worker: t.Worker, From: &from, To: &to, Ended: string(t.Ended), Reason: t.Reason,
		Invocation: t.Invocation, PID: t.PID,
	}
}

// tell writes a change to the manager's own log, with the time at which it happened.
func (r *recorder) tell(t engine.Transition) {
	level := slog.LevelDebug // the event log has all
	switch {
	case t.Active == "failed" || t.Sub == "auto-restart":
		level = slog.LevelWarn
	case t.Active == "active" || t.Active == "inactive":
		level = slog.LevelInfo
	}
	ctx := context.Background()
	if !r.log.Enabled(ctx, level) {
		return
	}
	name := string(t.Unit)
	if t.Worker > 0 {
		name = fmt.Sprintf("%s/%d", name, t.Worker)
	}
	line := slog.NewRecord(t.At, level, t.Active+" ("+t.Sub+")", 0)
	line.AddAttrs(slog.String("unit", name), slog.String("reason", t.Reason))
	_ = r.log.Handler().Handle(ctx, line) // as a Logger does: there is nobody to tell
}

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unitd/runtime/engine"
	"unitd/runtime/journal"
	"unitd/units"
)

func TestRecorder(t *testing.T) {
	events := journal.NewEvents(filepath.Join(t.TempDir(), "events.jsonl"), maxEvents)
	defer events.Close()
	var own bytes.Buffer
	r := newRecorder(events, slog.New(slog.NewTextHandler(&own, nil)))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- r.run(ctx) }()

	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	record := func(from, to int) {
		for i := from; i < to; i++ {
			r.record(engine.Transition{
				At: at, Unit: units.ID(fmt.Sprintf("app.u%d", i)), Worker: i % 2,
				From: engine.State{Active: "activating", Sub: "start"}, State: engine.State{Active: "active", Sub: "running"},
			})
		}
	}
	written := func() (names []string) {
		err := events.Read(t.Context(), journal.EventQuery{Last: -1}, func(e journal.Event) error {
			names = append(names, e.Unit)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return names
	}
	record(0, 3000) // more than the queue holds
	r.settle()
	names := written()
	for i, name := range names {
		if want := fmt.Sprintf("app.u%d", i); name != want {
			t.Fatalf("event %d is of %s, want %s", i, name, want)
		}
	}
	if len(names) != 3000 {
		t.Errorf("%d events are written, want 3000", len(names))
	}

	record(3000, 3100)
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	r.settle() // does not wait for one that has ended
	if got := len(written()); got != 3100 {
		t.Errorf("%d events are written at the end, want 3100", got)
	}
	lines := strings.Split(strings.TrimSpace(own.String()), "\n")
	const second = `time=2026-05-01T12:00:00.000Z level=INFO msg="active (running)" unit=app.u1/1 reason=""`
	if len(lines) != 3100 || lines[1] != second {
		t.Errorf("%d lines in the own log, the second %s", len(lines), lines[1])
	}
}

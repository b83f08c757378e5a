package main

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"unitd/policy/lifecycle"
	"unitd/policy/schedule"
	"unitd/units"
)

// TestMemories: what is remembered of jobs comes back after the end, the last of it included, and damage is told.
func TestMemories(t *testing.T) {
	dir := t.TempDir()
	var said strings.Builder
	log := slog.New(slog.NewTextHandler(&said, nil))
	at := schedule.Read(time.Date(2026, 10, 25, 2, 30, 0, 0, time.UTC))
	want := map[units.ID]lifecycle.Memory{}
	m := loadMemories(dir, log)
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- m.run(ctx) }()
	for _, id := range []units.ID{"job.a", `job.b["x"]`} {
		want[id] = lifecycle.Memory{
			On: true, Rule: "every 1h", Done: at,
			Last: &lifecycle.JobRun{By: lifecycle.BySchedule, Began: at, Ended: at, Took: time.Second, Attempts: 2, Result: "exit", Why: "exit 3"},
		}
		all := map[units.ID]lifecycle.Memory{}
		for other, memory := range want {
			all[other] = memory
		}
		m.remember(all)
	}
	end()
	<-ended
	if got := loadMemories(dir, log).all; !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if said.Len() > 0 {
		t.Error(said.String())
	}

	if err := os.WriteFile(filepath.Join(dir, "timers.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := loadMemories(dir, log).all; len(got) > 0 || !strings.Contains(said.String(), "what was known of jobs is lost") {
		t.Errorf("%v; the log says %s", got, said.String())
	}
}

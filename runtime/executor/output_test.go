package executor_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"unitd/policy/job"
	"unitd/runtime/engine"
	"unitd/units"
)

// What an earlier run wrote does not explain why a later one could not be started.
func TestLastOutputIsOfTheRunThatFailed(t *testing.T) {
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho first run\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	bad := sleeper("bad", func(_ *units.Process, program *units.Program) { program.Command = []string{script} })
	bad.Enabled = false
	m := start(t, bad)
	m.submit(job.Start, bad.ID)
	m.eventually("the run has left its output", func(*engine.Model) bool {
		return slices.Equal(m.executor.LatestOutput(bad.ID, 5), []string{"first run"})
	})
	m.submit(job.Stop, bad.ID)
	if err := os.Remove(script); err != nil {
		t.Fatal(err)
	}
	m.submit(job.Start, bad.ID)
	if lines := m.executor.LatestOutput(bad.ID, 5); len(lines) > 0 {
		t.Errorf("of a run that never was: %q", lines)
	}
}

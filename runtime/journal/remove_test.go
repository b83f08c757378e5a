package journal

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// What is removed of a log is the log with all that was rotated, and nothing of one whose name begins as its does.
func TestRemove(t *testing.T) {
	directory := t.TempDir()
	stay := []string{"pipeline.deploy.10.log", "pipeline.deploy.11.log.1", "pipeline.deploy.1.log.old"}
	for _, name := range append([]string{
		"pipeline.deploy.1.log", "pipeline.deploy.1.log.1", "pipeline.deploy.1.log.2.gz", "pipeline.deploy.1.log.copy", "pipeline.deploy.1.log.3.pack",
	}, stay...) {
		if err := os.WriteFile(filepath.Join(directory, name), []byte("a line\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	logs := NewLogs()
	for range 2 { // what is gone already is no mistake
		if err := logs.Remove(filepath.Join(directory, "pipeline.deploy.1.log")); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	slices.Sort(stay)
	if !slices.Equal(left, stay) {
		t.Errorf("left: %q", left)
	}
}

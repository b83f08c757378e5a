package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// An upgrade leaves the program before beside the new one, and taking it back the new one beside that.
func TestInstallAndPutBack(t *testing.T) {
	directory := t.TempDir()
	path := func(name string) string { return filepath.Join(directory, name) }
	for name, mode := range map[string]os.FileMode{"unitd-1": 0o755, "next": 0o750, "closed": 0o644, "unitd-1.new": 0o600, "unitd-1.failed": 0o755} {
		if err := os.WriteFile(path(name), []byte("what "+name+" was"), mode); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("unitd-1", path("unitd")); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(path("fifo"), 0o755); err != nil {
		t.Fatal(err)
	}
	own, err := os.Stat(path("unitd"))
	if err != nil {
		t.Fatal(err)
	}
	holds := func(name, from string) {
		t.Helper()
		if text, err := os.ReadFile(path(name)); err != nil || string(text) != "what "+from+" was" {
			t.Errorf("%s holds %q, %v", name, text, err)
		}
	}
	back := func() string {
		t.Helper()
		failed, err := putBackOne(path("unitd"), own)
		if err != nil {
			t.Fatal(err)
		}
		return failed
	}
	for name, want := range map[string]string{"fifo": "no regular file", "closed": "chmod +x", "missing": "no such file"} {
		if _, err := stage(path(name), path("unitd")); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("stage %s: %v", name, err)
		}
	}
	if failed := back(); failed != "" {
		t.Errorf("without an upgrade something has failed: %s", failed)
	}
	next, err := stage(path("next"), path("unitd"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := next.install()
	if err != nil || kept != path("unitd-1.old") {
		t.Fatalf("the program before is %s, %v", kept, err)
	}
	holds("unitd", "next")
	holds("unitd-1.old", "unitd-1")
	if info, err := os.Stat(path("unitd")); err != nil || info.Mode() != 0o750 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	if failed := back(); failed != path("unitd-1.failed") {
		t.Errorf("the one that has failed is %q", failed)
	}
	holds("unitd", "unitd-1")
	holds("unitd-1.failed", "next")
	if failed := back(); failed != "" {
		t.Errorf("it was put back twice: %s", failed)
	}
}

package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Whatever somebody gives for a unitd, the answer comes in time, and names it.
func TestIsUnitd(t *testing.T) {
	directory := t.TempDir()
	write(t, directory, map[string]string{
		"unitd":   "#!/bin/sh\necho unitd 9.9",
		"other":   "#!/bin/sh\necho other 1; yes | head -c 100000",
		"fails":   "#!/bin/sh\nexit 3",
		"hangs":   "#!/bin/sh\nsleep 1000",
		"leaves":  "#!/bin/sh\nsleep 2 & echo unitd 9.9; exit 3",
		"text":    "no program",
		"nothing": "",
	})
	entries, err := os.ReadDir(directory)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if err := os.Chmod(filepath.Join(directory, entry.Name()), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, directory, map[string]string{"closed": ""})
	for name, want := range map[string]string{
		"unitd": "", "other": `calls itself "other 1"`, "fails": "exit status 3", "leaves": "exit status 3",
		"text": "give a unitd for linux/", "nothing": "give a unitd for linux/", "closed": "chmod +x", ".": "no executable file", "missing": "no such file",
	} {
		path := filepath.Join(directory, name)
		err := isUnitd(t.Context(), path)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	begun := time.Now()
	err = isUnitd(ctx, filepath.Join(directory, "hangs"))
	if err == nil || !strings.Contains(err.Error(), "does not say its version") || time.Since(begun) > versionTime {
		t.Errorf("one that hangs, after %v: %v", time.Since(begun), err)
	}
}

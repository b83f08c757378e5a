package main

import (
	"errors"
	"io/fs"
	"strings"
	"testing"

	"unitd/runtime/host"
	"unitd/units"
)

// TestLoadPanics: unit files on which loading panics are refused like other bad ones, and the manager lives.
func TestLoadPanics(t *testing.T) {
	h, err := host.Ephemeral(units.Paths{Units: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	l := &loaded{host: h, loads: make(chan struct{}, 1)}
	set, _, err := l.loadFrom(hopeless{}, nil)
	if set != nil || err == nil || firstLine(err) != "load units: panic: hopeless; please report it as a bug, with the unit files" {
		t.Errorf("got %v, %v", set, err)
	}
	if !strings.Contains(err.Error(), "hopeless.Open") {
		t.Error("it is not said where")
	}
}

// hopeless is a file system on which whoever reads it panics.
type hopeless struct{}

func (hopeless) Open(string) (fs.File, error) { panic("hopeless") }

// TestFirstLine: what is said of bad unit files is the first mistake, not a warning before it.
func TestFirstLine(t *testing.T) {
	for text, want := range map[string]string{
		"open x: no such file": "open x: no such file",
		"Warning: a\n\n  on a.hcl line 1\n\nError: b\n\n  on b.hcl line 1\n\nError: c": "Error: b",
	} {
		if got := firstLine(errors.New(text)); got != want {
			t.Errorf("got %q", got)
		}
	}
}

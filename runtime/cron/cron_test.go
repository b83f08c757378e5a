package cron

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program puts a crontab of this text into PATH; "": none.
func program(t *testing.T, text string) {
	t.Helper()
	dir := t.TempDir()
	if text != "" {
		if err := os.WriteFile(filepath.Join(dir, "crontab"), []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	if text == "" {
		t.Setenv("PATH", dir)
	}
}

func TestRead(t *testing.T) {
	for text, want := range map[string]string{
		"printf 'a\\nb'":                                        "a\nb",
		"echo 'no crontab for shop' >&2; exit 1":                "",
		"echo; echo 'crontab: user u is not known' >&2; exit 1": "!read the crontab: crontab: user u is not known",
		"exit 3":                            "!read the crontab: exit status 3",
		"head -c 2000000 /dev/zero":         "!it is larger than 1048576 bytes",
		"head -c 2000000 /dev/zero >&2; :":  "!it is larger than 1048576 bytes",
		"sleep 300 & echo kept; exit 0 # x": "!read the crontab: ",
	} {
		program(t, text)
		began := time.Now()
		got, err := Read(t.Context())
		if failure, fails := strings.CutPrefix(want, "!"); fails {
			if err == nil || !strings.Contains(err.Error(), failure) {
				t.Errorf("%s: %.80q, %v; want %s", text, got, err, failure)
			}
		} else if err != nil || got != want {
			t.Errorf("%s: %q, %v", text, got, err)
		}
		if took := time.Since(began); took > patience {
			t.Errorf("%s took %v", text, took)
		}
	}
}

func TestInstall(t *testing.T) {
	kept := filepath.Join(t.TempDir(), "kept")
	program(t, `case $1 in -l) cat `+kept+`;; -) cat >`+kept+`;; esac`)
	if err := Install(t.Context(), "@daily true\n"); err != nil {
		t.Error(err)
	}
	program(t, "cat >/dev/null; echo 'crontab: installing failed' >&2; exit 1")
	var refused *RefusedError
	if err := Install(t.Context(), ""); !errors.As(err, &refused) || refused.Said != "crontab: installing failed" {
		t.Error(err)
	}
	program(t, "")
	if err := Install(t.Context(), ""); !errors.As(err, &NoProgramError{}) {
		t.Error(err)
	}
}

// What this host shows of a cron is one of three answers, and the same for everybody who may see it.
func TestLook(t *testing.T) {
	if state := Look(); state != Runs && state != Absent && state != Unknown {
		t.Errorf("%q", state)
	}
}

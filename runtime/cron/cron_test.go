package cron

import (
	"context"
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

// On some hosts crontab(1) waits for somebody else.
func TestHangs(t *testing.T) {
	program(t, "exec sleep 300")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := Read(ctx); err == nil || !strings.Contains(err.Error(), "/crontab has not ended within") || !strings.Contains(err.Error(), "--print") {
		t.Error(err)
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

// A carriage return that crontab(1) shows as two characters would come back as these.
func TestExact(t *testing.T) {
	for text, wants := range map[string]string{
		"":                                     "",
		"MAILTO=u\r\n* * * * * x\r\n":          "",
		"* * * * * tr -d '\\r' <a >b\n":        "",
		"* * * * * grep -v \\\\r\n* * * * * x": "",
		"MAILTO=u\n* * * * * x\\r\n":           "line 2 ends in \\r",
		"* * * * * x\\r":                       "line 1 ends",
	} {
		err := Exact(text)
		if got := err != nil; got != (wants != "") || got && !strings.Contains(err.Error(), wants) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestGone(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, filepath.Dir(file), file + "x"} {
		if got := Gone([]string{"/bin/sh", path}); got != path {
			t.Errorf("%s: %q", path, got)
		}
	}
	if got := Gone([]string{"/bin/sh"}); got != "" {
		t.Errorf("%q", got)
	}
}

// What this host shows of a cron is one of three answers, and the same for everybody who may see it.
func TestLook(t *testing.T) {
	if state := Look(); state != Runs && state != Absent && state != Unknown {
		t.Errorf("%q", state)
	}
}

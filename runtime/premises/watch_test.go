package premises

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Whatever way a path goes, it is told; what happens beside it is not.
func TestPathsThatGo(t *testing.T) {
	for name, c := range map[string]struct {
		do  func(top string) error
		not bool
	}{
		"removed": {do: func(top string) error { return os.Remove(filepath.Join(top, "run/lock")) }},
		"renamed": {do: func(top string) error { return os.Rename(filepath.Join(top, "run/lock"), filepath.Join(top, "lock")) }},
		"replaced": {do: func(top string) error {
			return os.Rename(filepath.Join(top, "run/other"), filepath.Join(top, "run/lock"))
		}},
		"with its directory":     {do: func(top string) error { return os.RemoveAll(filepath.Join(top, "run")) }},
		"its directory renamed":  {do: func(top string) error { return os.Rename(filepath.Join(top, "run"), filepath.Join(top, "away")) }},
		"the one above renamed":  {do: func(top string) error { return os.Rename(top, top+"-away") }},
		"another one is removed": {do: func(top string) error { return os.Remove(filepath.Join(top, "run/other")) }, not: true},
		"written to":             {do: func(top string) error { return os.WriteFile(filepath.Join(top, "run/lock"), []byte("1"), 0o600) }, not: true},
		"another one is made":    {do: func(top string) error { return os.WriteFile(filepath.Join(top, "run/more"), nil, 0o600) }, not: true},
		"above it a file goes":   {do: func(top string) error { return os.Remove(filepath.Join(top, "state")) }, not: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			top := filepath.Join(t.TempDir(), "top")
			err := os.MkdirAll(filepath.Join(top, "run"), 0o700)
			for _, file := range []string{"run/lock", "run/other", "state"} {
				err = errors.Join(err, os.WriteFile(filepath.Join(top, file), nil, 0o600))
			}
			if err != nil {
				t.Fatal(err)
			}
			w, err := New()
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			if err := w.Set(filepath.Join(top, "run/lock")); err != nil {
				t.Fatal(err)
			}
			if err := c.do(top); err != nil {
				t.Fatal(err)
			}
			if c.not { // something is told that comes after it
				if err := os.Mkdir(filepath.Join(top, "run/last"), 0o700); err != nil {
					t.Fatal(err)
				}
				select {
				case <-w.Gone():
					t.Error("it was told")
				case <-time.After(50 * time.Millisecond):
				}
				c.do = func(top string) error { return os.Remove(filepath.Join(top, "run/lock")) }
				if err := c.do(top); err != nil {
					t.Fatal(err)
				}
			}
			select {
			case <-w.Gone():
			case <-time.After(10 * time.Second):
				t.Error("it was not told")
			}
		})
	}
}

// A directory that was made again is watched again; one that was moved away is not any more.
func TestSetAgain(t *testing.T) {
	top := t.TempDir()
	run, away := filepath.Join(top, "run"), filepath.Join(top, "away")
	w, err := New()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := w.Set(filepath.Join(run, "lock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a directory that is missing: %v", err)
	}
	make := func(directory string) {
		t.Helper()
		if err := errors.Join(os.Mkdir(directory, 0o700), os.WriteFile(filepath.Join(directory, "lock"), nil, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	told := func() bool {
		select {
		case <-w.Gone():
			return true
		case <-time.After(100 * time.Millisecond):
			return false
		}
	}
	for range 2 {
		make(run)
		if err := w.Set(filepath.Join(run, "lock")); err != nil {
			t.Fatal(err)
		}
		for told() { // what was before
		}
		if err := os.Rename(run, away); err != nil {
			t.Fatal(err)
		}
		if !told() {
			t.Error("the renaming was not told")
		}
		make(run)
		if err := w.Set(filepath.Join(run, "lock")); err != nil {
			t.Fatal(err)
		}
		for told() {
		}
		if err := os.RemoveAll(away); err != nil {
			t.Fatal(err)
		}
		if told() {
			t.Error("it is told of what was moved away")
		}
		if err := os.RemoveAll(run); err != nil {
			t.Fatal(err)
		}
		if !told() {
			t.Error("the removal was not told")
		}
	}
}

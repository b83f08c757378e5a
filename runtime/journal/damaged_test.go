package journal

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// A rotated file that cannot be read is passed over, and that is said in its place: all others are shown.
func TestDamagedFiles(t *testing.T) {
	for what, damage := range map[string]func(path string) error{
		"torn":      func(path string) error { return os.Truncate(path+".2.gz", 100) },
		"no gzip":   func(path string) error { return os.WriteFile(path+".2.gz", []byte("nothing"), 0o600) },
		"empty":     func(path string) error { return os.Truncate(path+".2.gz", 0) },
		"forbidden": func(path string) error { return os.Chmod(path+".2.gz", 0) },
		"plain, forbidden": func(path string) error {
			return os.Chmod(path+".1", 0)
		},
	} {
		t.Run(what, func(t *testing.T) {
			path := t.TempDir() + "/app.x.log"
			logs := NewLogs()
			add(t, path, numberedText(0, 3000))
			for range 3 {
				if _, err := logs.At(path).Rotate(8<<10, true); err != nil {
					t.Fatal(err)
				}
			}
			usage, err := logs.At(path).Usage()
			if err != nil {
				t.Fatal(err)
			}
			if err := logs.At(path).Compress(t.Context(), usage.Rotated[1].Start); err != nil {
				t.Fatal(err)
			}
			if err := damage(path); err != nil {
				t.Fatal(err)
			}
			for _, known := range []*Logs{logs, NewLogs()} {
				var texts, notices []string
				err := known.Read(t.Context(), Query{Paths: []string{path}, Last: -1}, func(line Line) error {
					if line.Stream == Manager {
						notices = append(notices, line.Text)
					} else {
						texts = append(texts, line.Text)
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				if len(notices) != 1 || !strings.HasPrefix(notices[0], "lines are missing here: read log") || !strings.Contains(notices[0], path) {
					t.Errorf("said %q", notices)
				}
				whole := strings.Split(strings.TrimSpace(numberedText(0, 3000)), "\n")
				if texts[0] != whole[0] || texts[len(texts)-1] != whole[len(whole)-1] || len(texts) < 2000 || len(texts) >= 3000 {
					t.Errorf("%d lines, from %q to %q", len(texts), texts[0], texts[len(texts)-1])
				}
				match := func(line string) bool { return line != "" }
				last := found(t, Query{Paths: []string{path}, Last: 1500, Match: match})
				lines := 0
				for _, line := range last {
					if !strings.Contains(line, "lines are missing here") {
						lines++
					}
				}
				if lines != 1500 {
					t.Errorf("of the last 1500 lines there are %d", lines)
				}
			}
		})
	}
}

// One log that cannot be read hides nothing of the others, looked back on or followed; alone it is an error.
func TestUnreadableLog(t *testing.T) {
	directory := t.TempDir()
	good, bad := directory+"/log.a", directory+"/log.b"
	add(t, good, "one\n")
	add(t, bad, "hidden\n")
	if err := os.Chmod(bad, 0); err != nil {
		t.Fatal(err)
	}
	want := []string{"a one", "b lines are missing here: read log: open " + bad + ": permission denied"}
	for _, last := range []int{-1, 1} {
		if got := found(t, Query{Paths: []string{good, bad}, Last: last}); !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
	}
	err := NewLogs().Read(t.Context(), Query{Paths: []string{bad}, Last: -1}, func(Line) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("alone: %v", err)
	}
	var got []string
	done := errors.New("done")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	err = NewLogs().Read(ctx, Query{Paths: []string{good, bad}, Last: -1, Follow: true}, func(line Line) error {
		got = append(got, line.Text)
		switch len(got) {
		case 2:
			add(t, good, "two\n")
		case 3:
			return done
		}
		return nil
	})
	if !errors.Is(err, done) || got[2] != "two" {
		t.Errorf("followed: %v, %q", err, got)
	}
}

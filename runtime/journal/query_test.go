package journal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// found reads what a query asks for.
func found(t *testing.T, q Query) []string {
	t.Helper()
	var texts []string
	err := NewLogs().Read(t.Context(), q, func(line Line) error {
		texts = append(texts, strings.TrimPrefix(filepath.Base(line.Path), "log.")+" "+line.Text)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func TestStamps(t *testing.T) {
	at := time.Date(2026, 5, 1, 10, 11, 12, 0, time.UTC)
	local := time.Date(2026, 5, 1, 10, 11, 12, 0, time.Local)
	for text, want := range map[string]time.Time{
		"2026-05-01T10:11:12Z hello":                    at,
		"2026-05-01T12:11:12.5+02:00 hello":             at.Add(500 * time.Millisecond),
		"[2026-05-01 12:11:12 +0200] [7] [INFO] x":      at,
		"time=2026-05-01T10:11:12.000Z level=INFO":      at,
		`{"time":"2026-05-01T10:11:12Z","level":"INFO"`: at,
		"2026-05-01 10:11:12,250 INFO x":                local.Add(250 * time.Millisecond),
		"2026-05-01 10:11:12: x":                        local,
		"2026/05/01 10:11:12 x":                         local,
		"[unitd 2026-05-01T10:11:12Z] x":                at,
		"hello":                                         {},
		"2026-99-01T10:11:12Z x":                        {},
		"1234567890123456789":                           {},
		"":                                              {},
	} {
		if got, ok := stampOf(text); !got.Equal(want) || ok == want.IsZero() {
			t.Errorf("%q: %v, %v, want %v", text, got, ok, want)
		}
	}
}

func TestMergeByTime(t *testing.T) {
	directory := t.TempDir()
	a, b, plain := directory+"/log.a", directory+"/log.b", directory+"/log.c"
	add(t, a, "2026-05-01T10:00:01Z one\n  its trace\n2026-05-01T10:00:04Z four\n")
	add(t, b, "2026-05-01T10:00:02Z two\n2026-05-01T10:00:03Z three\n2026-05-01T10:00:05Z five\n")
	add(t, plain, "no time\n")
	want := []string{
		"c no time", "a 2026-05-01T10:00:01Z one", "a   its trace", "b 2026-05-01T10:00:02Z two", "b 2026-05-01T10:00:03Z three",
		"a 2026-05-01T10:00:04Z four", "b 2026-05-01T10:00:05Z five",
	}
	all := []string{a, b, plain}
	if got := found(t, Query{Paths: all, Last: -1}); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	second := func(n int) time.Time { return time.Date(2026, 5, 1, 10, 0, n, 0, time.UTC) }
	if got := found(t, Query{Paths: []string{a, b}, Last: -1, Since: second(2), Until: second(4)}); !slices.Equal(got, want[3:6]) {
		t.Errorf("%q", got)
	}
	match := func(line string) bool { return strings.Contains(line, "o") }
	if got := found(t, Query{Paths: []string{a, b}, Last: 1, Match: match}); !slices.Equal(got, []string{want[3], want[5]}) {
		t.Errorf("the last that match: %q", got)
	}
}

// Where lines have no times, files count as a whole, by when they were written.
func TestSinceWithoutTimes(t *testing.T) {
	path := t.TempDir() + "/log.x"
	logs := NewLogs()
	add(t, path, numberedText(0, 1000))
	for range 2 {
		if _, err := logs.At(path).Rotate(8192, true); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	for name, ago := range map[string]time.Duration{".2": 3 * time.Hour, ".1": 2 * time.Hour, "": time.Hour} {
		if err := os.Chtimes(path+name, now.Add(-ago), now.Add(-ago)); err != nil {
			t.Fatal(err)
		}
	}
	first, err := os.ReadFile(path + ".2")
	if err != nil {
		t.Fatal(err)
	}
	whole := strings.Count(string(first), "\n") // the line that the cut is in counts with what it ends in
	q := Query{Paths: []string{path}, Last: -1}
	for _, c := range []struct {
		since, until time.Duration // ago
		first, lines int
	}{
		{since: 4 * time.Hour, lines: 1000}, {since: 150 * time.Minute, first: whole, lines: 1000 - whole},
		{since: 30 * time.Minute, first: 1000}, {since: 5 * time.Hour, until: 4 * time.Hour, lines: whole},
		{since: 5 * time.Hour, until: 150 * time.Minute, lines: -1},
	} {
		q.Since, q.Until = now.Add(-c.since), time.Time{}
		if c.until > 0 {
			q.Until = now.Add(-c.until)
		}
		got := found(t, q)
		switch {
		case c.lines < 0: // begun before, so the second file is in it, and the third is not
			if len(got) <= whole || len(got) >= 1000 {
				t.Errorf("%+v: %d lines", c, len(got))
			}
		case len(got) != c.lines || c.lines > 0 && got[0] != "x "+numberedLine(c.first):
			t.Errorf("%+v: %d lines", c, len(got))
		}
	}
}

// A log of any size is read with memory for some blocks.
func TestSinceTakesLittleMemory(t *testing.T) {
	path := t.TempDir() + "/log.x"
	const lines = 400_000
	var text strings.Builder
	at := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for n := range lines {
		fmt.Fprintf(&text, "%s line %d of many that an app has written\n", at.Add(time.Duration(n)*time.Second/10).Format(time.RFC3339Nano), n)
	}
	add(t, path, text.String())
	size := int64(text.Len())
	text.Reset()
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	count, most := 0, uint64(0)
	err := NewLogs().Read(context.Background(), Query{Paths: []string{path}, Last: 1000, Since: at.Add(time.Hour)}, func(Line) error {
		if count++; count%100 == 1 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
		return nil
	})
	if err != nil || count != 1000 {
		t.Errorf("%d lines, %v", count, err)
	}
	if grown := int64(most) - int64(before.HeapAlloc); grown > 2<<20 {
		t.Errorf("%d KiB for a log of %d KiB", grown>>10, size>>10)
	}
}

package journal

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// What is found by halving a log is what is found by looking at each line, whatever the lines are and however the log
// was rotated.
func TestTimesAreFoundByHalving(t *testing.T) {
	begin := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	directory, round := t.TempDir(), 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		path := fmt.Sprintf("%s/log.%d", directory, round)
		logs := NewLogs()
		at := begin
		var lines []string
		var times []time.Time
		grow := rapid.SampledFrom([]time.Duration{0, time.Second, time.Minute}).Draw(rt, "step")
		for range rapid.IntRange(0, 3).Draw(rt, "files") {
			var text strings.Builder
			for range rapid.IntRange(0, 600).Draw(rt, "lines") {
				at = at.Add(grow)
				line := fmt.Sprintf("%s line %d %s", at.Format(time.RFC3339Nano), len(lines), strings.Repeat("x", len(lines)%600))
				if len(lines)%7 == 3 {
					line = "  of the line before " + line
				}
				text.WriteString(line + "\n")
				lines, times = append(lines, line), append(times, at)
			}
			add(t, path, text.String())
			if _, err := logs.At(path).Rotate(int64(text.Len())*3/4+1, true); err != nil {
				rt.Fatal(err)
			}
			if usage, err := logs.At(path).Usage(); err == nil && len(usage.Rotated) > 1 && rapid.Bool().Draw(rt, "packed") {
				if err := logs.At(path).Compress(t.Context(), usage.Rotated[0].Start); err != nil {
					rt.Fatal(err)
				}
			}
		}
		length := at.Sub(begin)
		since := begin.Add(time.Duration(rapid.Int64Range(-int64(time.Hour), int64(length+time.Hour)).Draw(rt, "since")))
		until := since.Add(time.Duration(rapid.Int64Range(0, int64(length+time.Hour)).Draw(rt, "until")))
		var want []string
		stamp := time.Time{}
		for i, line := range lines {
			if i%7 != 3 {
				stamp = times[i]
			}
			if !stamp.Before(since) && !stamp.After(until) {
				want = append(want, line)
			}
		}
		var got []string
		err := logs.Read(t.Context(), Query{Paths: []string{path}, Last: -1, Since: since, Until: until}, func(line Line) error {
			got = append(got, line.Text)
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			rt.Fatalf("%d lines instead of %d from %v to %v: %v", len(got), len(want), since, until, err)
		}
	})
}

// A look at one minute of a large log reads a few blocks of it.
func TestHalvingReadsLittle(t *testing.T) {
	path := t.TempDir() + "/log.x"
	begin := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	const lines = 400_000
	var text strings.Builder
	for n := range lines {
		fmt.Fprintf(&text, "%s line %d of many that an app has written\n", begin.Add(time.Duration(n)*time.Second/10).Format(time.RFC3339Nano), n)
	}
	add(t, path, text.String())
	log := NewLogs().At(path)
	spans, err := log.spans(oldest)
	if err != nil {
		t.Fatal(err)
	}
	q := Query{Since: begin.Add(5 * time.Hour), Until: begin.Add(5*time.Hour + time.Minute)}
	first, end, err := log.between(t.Context(), spans, q, spans[0].from, log.endOf(spans))
	if err != nil || end-first > 6*disorder {
		t.Errorf("%d of %d bytes are looked at, %v", end-first, text.Len(), err)
	}
}

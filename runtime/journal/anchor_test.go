package journal

import (
	"slices"
	"testing"
)

// What a run has printed last is found by the next manager, though the log was rotated and compressed since this was
// recorded.
func TestAnchorThroughRotations(t *testing.T) {
	for place, directory := range directories(t) {
		t.Run(place, func(t *testing.T) {
			path := directory + "/app.x.log"
			logs := NewLogs()
			rotate := func() {
				t.Helper()
				if _, err := logs.At(path).Rotate(16<<10, true); err != nil {
					t.Fatal(err)
				}
			}
			add(t, path, numberedText(0, 1000))
			rotate()
			file, err := Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			at := logs.At(path).End(file)
			add(t, path, numberedText(1000, 1000))
			anchor := logs.At(path).Anchor(at)
			if fresh := NewLogs().At(path); fresh.Anchor(fresh.End(file)).Latest != anchor.Latest {
				t.Error("a log that was not listed yet has another anchor")
			}
			for range 3 {
				check := func(logs *Logs) {
					t.Helper()
					lines, err := logs.LastLines(path, logs.At(path).Anchored(anchor), 5000)
					if err != nil {
						t.Fatal(err)
					}
					numbered(t, lines, 1000, 1000)
				}
				check(NewLogs())
				rotate()
				check(NewLogs())
				usage, err := logs.At(path).Usage()
				if err != nil {
					t.Fatal(err)
				}
				if i := slices.IndexFunc(usage.Rotated, func(r Rotated) bool { return !r.Compressed }); i < len(usage.Rotated)-1 {
					if err := logs.At(path).Compress(t.Context(), usage.Rotated[i].Start); err != nil {
						t.Fatal(err)
					}
				}
				check(NewLogs())
			}
			add(t, path, numberedText(2000, 1))
			if _, err := logs.At(path).Drop(1<<30, true); err != nil {
				t.Fatal(err)
			}
			next := NewLogs()
			if at := next.At(path).Anchored(Anchor{Offset: 1 << 30, Latest: anchor.Latest}); at != next.At(path).start {
				t.Errorf("a place past the end is %d", at)
			}
		})
	}
}

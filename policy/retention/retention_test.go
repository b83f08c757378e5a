package retention

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func TestCuts(t *testing.T) {
	r := Rules{MaxSize: 100, Keep: 3}
	for _, c := range []struct {
		live, drop int64
		rotations  int
	}{{0, 0, 0}, {100, 0, 0}, {101, 0, 1}, {200, 0, 1}, {201, 0, 2}, {400, 0, 3}, {401, 100, 3}, {10_000, 9600, 3}} {
		if drop, rotations := Cuts(c.live, r); drop != c.drop || rotations != c.rotations {
			t.Errorf("%d: drop %d, %d rotations", c.live, drop, rotations)
		}
	}
	if drop, rotations := Cuts(250, Rules{MaxSize: 100}); drop != 200 || rotations != 0 {
		t.Errorf("with nothing kept: drop %d, %d rotations", drop, rotations)
	}
}

func TestCutsLeaveALiveFileWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Rules{MaxSize: rapid.Int64Range(4096, 1<<40).Draw(t, "max_size"), Keep: rapid.IntRange(0, 1000).Draw(t, "keep")}
		live := rapid.Int64Range(0, 1<<45).Draw(t, "live")
		drop, rotations := Cuts(live, r)
		left := live - drop - int64(rotations)*r.MaxSize
		if left > r.MaxSize || left < 0 || live > 0 && left == 0 || rotations > r.Keep {
			t.Fatalf("drop %d, %d rotations, %d left", drop, rotations, left)
		}
		if drop > 0 && rotations != r.Keep {
			t.Fatalf("dropped %d bytes that could be kept", drop)
		}
	})
}

func TestSurplusAndExpiry(t *testing.T) {
	log := Log{Rules: Rules{Keep: 3, MaxAge: time.Hour}, Rotated: []File{
		{ID: 1, Number: 5, At: noon.Add(-30 * time.Minute)}, {ID: 2, Number: 3, At: noon.Add(-time.Hour)},
		{ID: 3, Number: 2, At: noon.Add(-50 * time.Minute)}, {ID: 4, Number: 1, At: noon},
	}}
	surplus := Surplus(log, noon, true)
	if len(surplus) != 2 || surplus[0].ID != 1 || surplus[1].ID != 2 {
		t.Errorf("%+v", surplus)
	}
	if surplus := Surplus(log, noon, false); len(surplus) != 1 || surplus[0].ID != 1 {
		t.Errorf("while the clock is not believed: %+v", surplus)
	}
	if at := Expiry(log); !at.Equal(noon) {
		t.Errorf("the next expires at %v", at)
	}
	if at := Expiry(Log{}); !at.IsZero() {
		t.Errorf("of none: %v", at)
	}
}

func TestCompressible(t *testing.T) {
	log := Log{Rules: Rules{Compress: true}, Rotated: []File{
		{ID: 1, Number: 4, Bytes: 1, Compressed: true}, {ID: 2, Number: 3, Bytes: 1 << 32}, {ID: 3, Number: 2, Bytes: 1}, {ID: 4, Number: 1, Bytes: 1},
	}}
	if f, ok := Compressible(log); !ok || f.ID != 3 {
		t.Errorf("%+v, %v", f, ok)
	}
	log.Rotated[2].Compressed = true
	if f, ok := Compressible(log); ok {
		t.Errorf("%+v", f)
	}
	log.Rotated[2].Compressed, log.Rules.Compress = false, false
	if f, ok := Compressible(log); ok {
		t.Errorf("%+v", f)
	}
}

// What goes is the oldest, no more than necessary, and live files lose something only when nothing else is left.
func TestExcess(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var logs []Log
		var total, rotated int64
		for i := range rapid.IntRange(0, 6).Draw(t, "logs") {
			log := Log{Path: string(rune('a' + i)), Live: rapid.Int64Range(0, 1000).Draw(t, "live")}
			total += log.Live
			for n := rapid.IntRange(0, 4).Draw(t, "rotated"); n > 0; n-- {
				f := File{ID: int64(n), Number: n, Bytes: rapid.Int64Range(0, 500).Draw(t, "bytes"), At: noon.Add(-time.Duration(n) * time.Hour * time.Duration(i+1))}
				log.Rotated = append(log.Rotated, f)
				total += f.Bytes
				rotated += f.Bytes
			}
			logs = append(logs, log)
		}
		most := rapid.Int64Range(0, 3000).Draw(t, "most")
		remove, cuts := Excess(logs, most)
		if most == 0 || total <= most {
			if len(remove)+len(cuts) > 0 {
				t.Fatalf("%d of %d bytes: %+v %+v", total, most, remove, cuts)
			}
			return
		}
		left := total
		for i, r := range remove {
			if left <= most {
				t.Fatalf("%+v is removed for nothing", r)
			}
			left -= r.File.Bytes
			rotated -= r.File.Bytes
			if i > 0 && r.File.At.Before(remove[i-1].File.At) {
				t.Fatalf("%+v before an older one", remove[i-1])
			}
		}
		if len(cuts) > 0 && rotated > 0 {
			t.Fatalf("live files are cut while %d bytes are rotated", rotated)
		}
		live := map[string]int64{}
		for _, log := range logs {
			live[log.Path] = log.Live
		}
		for _, c := range cuts {
			left -= c.Bytes
			live[c.Path] -= c.Bytes
		}
		if left > most || most-left > int64(len(logs)) && len(cuts) > 0 {
			t.Fatalf("%d bytes are left of %d that may", left, most)
		}
		for _, c := range cuts {
			for path, bytes := range live {
				if bytes > live[c.Path] && !slices.ContainsFunc(cuts, func(other Cut) bool { return other.Path == path }) {
					t.Fatalf("%s is cut to %d, and %s has %d", c.Path, live[c.Path], path, bytes)
				}
			}
		}
	})
}

func TestNext(t *testing.T) {
	r := Rules{MaxSize: 10 << 20}
	for _, c := range []struct {
		live, grown int64
		elapsed     time.Duration
		wait        time.Duration
		quiet       bool
	}{
		{5 << 20, 0, time.Minute, 0, true},
		{5 << 20, 1 << 20, time.Second, 5 * time.Second, false},
		{5 << 20, 100 << 20, time.Second, Soonest, false},
		{10 << 20, 1, time.Second, Soonest, false},
		{1, 1, time.Second, Latest, false},
	} {
		if wait, quiet := Next(Growth{c.live, c.grown, c.elapsed}, r); wait != c.wait || quiet != c.quiet {
			t.Errorf("%+v: %v, %v", c, wait, quiet)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		g := Growth{rapid.Int64Min(0).Draw(t, "live"), rapid.Int64Min(1).Draw(t, "grown"), time.Duration(rapid.Int64Min(0).Draw(t, "elapsed"))}
		if wait, quiet := Next(g, Rules{MaxSize: rapid.Int64Min(4096).Draw(t, "max_size")}); wait < Soonest || wait > Latest || quiet {
			t.Fatalf("%v, %v", wait, quiet)
		}
	})
}

func TestClock(t *testing.T) {
	var c Clock
	wall, up := noon, time.Duration(0)
	pass := func(elapsed, set time.Duration) {
		wall, up = wall.Add(elapsed+set), up+elapsed
		c.See(wall, up)
	}
	for _, step := range []struct {
		elapsed, set time.Duration
		believed     bool
	}{
		{0, 0, true},
		{24 * time.Hour, 0, true},
		{time.Minute, Leap, true},                  // a time server
		{time.Minute, -365 * 24 * time.Hour, true}, // what is in the future is not too old
		{time.Minute, 365 * 24 * time.Hour, false},
		{Doubt - time.Second, 0, false},
		{time.Second, 0, true},
		{time.Second, 365 * 24 * time.Hour, false},
		{time.Minute, 2 * Leap, false},
		{Doubt - time.Second, 0, false},
		{time.Second, 0, true},
	} {
		pass(step.elapsed, step.set)
		if c.Believed() != step.believed {
			t.Errorf("after %v, set by %v: %v", step.elapsed, step.set, c.Believed())
		}
	}
}

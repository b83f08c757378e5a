package schedule

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/robfig/cron/v3"
	"pgregory.net/rapid"

	"unitd/units"
)

// zones are zones whose clocks change by an hour, by half of one, at midnight, or never.
var zones = []string{
	"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Kolkata", "UTC",
}

// field draws a field of a cron expression.
func field(t *rapid.T, name string, low, high int, common ...string) string {
	element := rapid.Custom(func(t *rapid.T) string {
		n := rapid.IntRange(low, high).Draw(t, name)
		switch rapid.IntRange(0, 5).Draw(t, "shape") {
		case 0:
			return fmt.Sprintf("%d-%d", n, rapid.IntRange(n, high).Draw(t, "to"))
		case 1:
			return fmt.Sprintf("%d-%d/%d", n, rapid.IntRange(n, high).Draw(t, "to"), rapid.IntRange(1, high).Draw(t, "step"))
		case 2:
			return fmt.Sprintf("%d/%d", n, rapid.IntRange(1, high).Draw(t, "step"))
		}
		return fmt.Sprint(n)
	})
	if rapid.IntRange(0, 3).Draw(t, name+" is common") > 0 {
		return rapid.SampledFrom(append(common, "*")).Draw(t, name)
	}
	return strings.Join(rapid.SliceOfN(element, 1, 3).Draw(t, name), ",")
}

// drawn draws an expression; days of the month only up to 28, so that each month has them.
func drawn(t *rapid.T) string {
	return strings.Join([]string{
		field(t, "minute", 0, 59, "0", "30", "*/15"), field(t, "hour", 0, 23, "2", "1-3", "*/2", "0"),
		field(t, "day", 1, 28), field(t, "month", 1, 12), field(t, "weekday", 0, 6, "1-5"),
	}, " ")
}

// change draws an instant in the days around one at which the clocks of a zone change.
func change(t *rapid.T, zone *time.Location) time.Time {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "day")) * 24 * time.Hour)
	if _, end := at.In(zone).ZoneBounds(); !end.IsZero() && end.Before(at.AddDate(2, 0, 0)) {
		at = end
	}
	return at.Add(time.Duration(rapid.IntRange(-30*3600, 6*3600).Draw(t, "second")) * time.Second).UTC()
}

// TestByTheMinute holds Next against the rules as somebody would follow them who looks at the clock each minute.
func TestByTheMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expression, name := drawn(t), rapid.SampledFrom(zones).Draw(t, "zone")
		p := plan(t, expression, name)
		after := change(t, p.zone)
		until := after.AddDate(0, 0, 3)
		got := p.Next(after)
		want := watched(*p.cron, p.zone, after, until)
		if want.IsZero() && !got.IsZero() && !got.After(until) || !want.IsZero() && !got.Equal(want) {
			t.Fatalf("%q in %s after %s is %s, want %s", expression, name, after.In(p.zone), got.In(p.zone), want.In(p.zone))
		}
	})
}

// watched looks at the clock each minute. Before it begins it has looked for two days.
func watched(c units.Cron, zone *time.Location, after, until time.Time) time.Time {
	const minutes = "2006-01-02 15:04"
	seen := map[string]bool{}
	begin := after.Truncate(time.Minute).Add(-48 * time.Hour)
	last := wallOf(begin, zone)
	for at := begin; !at.After(until); at = at.Add(time.Minute) {
		wall := wallOf(at, zone)
		due := false
		if c.Hours == allHours {
			due = names(c, wall)
		} else {
			// What the clock was put forward over is due now, and what it has shown before is done.
			for missed := last.Add(time.Minute); !missed.After(wall); missed = missed.Add(time.Minute) {
				due = due || names(c, missed) && !seen[missed.Format(minutes)]
				seen[missed.Format(minutes)] = true
			}
		}
		last = wall
		if due && at.After(after) {
			return at
		}
	}
	return time.Time{}
}

func names(c units.Cron, wall time.Time) bool {
	return c.Minutes&(1<<wall.Minute()) != 0 && c.Hours&(1<<wall.Hour()) != 0 && fits(c, wall)
}

// TestAsRobfig compares with a library that many use, where it has the same rules: in a zone whose clocks do not change, and
// without a step in a field of days, which it takes for a day that is asked for by itself, other than cron.
func TestAsRobfig(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		expression := drawn(t)
		name := rapid.SampledFrom([]string{"UTC", "Asia/Kolkata", "America/Phoenix"}).Draw(t, "zone")
		p := plan(t, expression, name)
		other, err := cron.ParseStandard(expression)
		if err != nil {
			t.Fatalf("%q: %v", expression, err)
		}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, int64(4*365*24*time.Hour)).Draw(t, "after")))
		for range 5 {
			want := other.Next(at.In(p.zone))
			got := p.Next(at)
			if !got.Equal(want) {
				t.Fatalf("%q after %s is %s, robfig/cron says %s", expression, at, got, want)
			}
			if got.IsZero() {
				return
			}
			at = got
		}
	})
}

// TestDaily holds that a job of each day has exactly one time on each date, whatever the clocks do.
func TestDaily(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(t, "zone")
		p := plan(t, fmt.Sprintf("%d %d * * *", rapid.IntRange(0, 59).Draw(t, "minute"), rapid.IntRange(0, 23).Draw(t, "hour")), name)
		at := p.Next(time.Date(rapid.IntRange(2020, 2060).Draw(t, "year"), 1, 1, 0, 0, 0, 0, p.zone))
		for range 365 {
			next := p.Next(at)
			if today, then := dateOf(wallOf(at, p.zone)), dateOf(wallOf(next, p.zone)); then.Sub(today) != 24*time.Hour {
				t.Fatalf("after %s comes %s", at.In(p.zone), next.In(p.zone))
			}
			at = next
		}
	})
}

// TestLatest holds that the last time is one of those that Next names, and that no other follows it.
func TestLatest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(t, "zone")
		p := plan(t, drawn(t), name)
		after := change(t, p.zone)
		until := after.Add(time.Duration(rapid.Int64Range(0, int64(60*24*time.Hour)).Draw(t, "while")))
		last := p.Latest(after, until)
		if last.IsZero() {
			if next := p.Next(after); !next.IsZero() && !next.After(until) {
				t.Fatalf("%s is overlooked", next)
			}
			return
		}
		if next := p.Next(last); !last.After(after) || last.After(until) || !p.Next(last.Add(-time.Nanosecond)).Equal(last) || !next.IsZero() && !next.After(until) {
			t.Fatalf("%s between %s and %s, then %s", last, after, until, next)
		}
	})
}

// FuzzNext evaluates any expression from any time on: it ends, and goes forward.
func FuzzNext(f *testing.F) {
	f.Add("30 2 * * *", int64(1774749600), uint8(0))
	f.Add("0 0 29 2 */6", int64(3720000000), uint8(2))
	f.Add("* * 31 12 0", int64(-9000000000), uint8(3))
	f.Fuzz(func(t *testing.T, expression string, second int64, zone uint8) {
		c, err := units.ParseCron(expression)
		if err != nil || second < -1<<36 || second > 1<<36 { // from the year -200 to 4147
			return
		}
		location, err := time.LoadLocation(zones[int(zone)%len(zones)])
		if err != nil {
			t.Fatal(err)
		}
		after := time.Unix(second, 0)
		if next := (Plan{cron: &c, zone: location}).Next(after); !next.After(after) {
			t.Errorf("%q in %s after %s is %s", expression, location, after.UTC(), next)
		}
	})
}

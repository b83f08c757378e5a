package restart

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"unitd/units"
)

func drawRestart(t *rapid.T) units.Restart {
	delay := time.Duration(rapid.Int64Range(0, int64(5*time.Minute)).Draw(t, "delay"))
	return units.Restart{
		Policy: units.RestartAlways, Delay: delay,
		MaxDelay:   time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "max_delay")),
		Factor:     rapid.Float64Range(0, 10).Draw(t, "factor"),
		Jitter:     rapid.Float64Range(0, 1).Draw(t, "jitter"),
		Immediate:  []units.Reason{units.ReasonSignal},
		ResetAfter: time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "reset_after")),
		Burst:      rapid.IntRange(0, 6).Draw(t, "burst"),
		Interval:   time.Duration(rapid.Int64Range(1, int64(time.Minute)).Draw(t, "interval")),
	}
}

// A delay stays between delay and max_delay, give or take the jitter, and without jitter it never shrinks in a
// streak, however long that is.
func TestBackoffIsBoundedAndGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRestart(t)
		n := rapid.OneOf(rapid.IntRange(1, 100), rapid.IntRange(1, math.MaxInt32)).Draw(t, "n")
		delay := Backoff(r, n, rapid.Float64Range(0, 0.999999).Draw(t, "chance"))
		low := float64(r.Delay) * (1 - r.Jitter)
		high := float64(max(r.MaxDelay, r.Delay)) * (1 + r.Jitter)
		if float64(delay) < low-1 || float64(delay) > high+1 {
			t.Fatalf("%s is not between %s and %s", delay, time.Duration(low), time.Duration(high))
		}
		if next := Backoff(r, n+1, even); next < Backoff(r, n, even) {
			t.Fatalf("after %d failures %s, after one more %s", n, Backoff(r, n, even), next)
		}
	})
}

// In no stretch of time as long as the interval are there more restarts than burst.
func TestIntensityInEveryWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRestart(t)
		r.Burst = max(r.Burst, 1)
		streak, now := Streak{}, noon
		var restarts []time.Time
		for range rapid.IntRange(1, 60).Draw(t, "ends") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(r.Interval)).Draw(t, "gap")))
			decision, next := Verdict(r, End{Reason: units.ReasonExit, Code: 1}, streak, now, even)
			streak = next
			if len(streak.Window) > r.Burst+1 {
				t.Fatalf("the window holds %d times", len(streak.Window))
			}
			if decision.Limit {
				streak = Streak{Window: restarts[max(0, len(restarts)-r.Burst):]} // as if it went on, in spite of that
				continue
			}
			restarts = append(restarts, now)
		}
		for i := range restarts {
			if j := i + r.Burst; j < len(restarts) && restarts[j].Sub(restarts[i]) <= r.Interval {
				t.Fatalf("%d restarts within %s, burst is %d", r.Burst+1, restarts[j].Sub(restarts[i]), r.Burst)
			}
		}
	})
}

// Whatever came before, a run that lasted reset_after begins a new streak.
func TestLongRunEndsStreak(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := drawRestart(t)
		r.Burst = 0
		streak := Streak{Failures: rapid.IntRange(0, 1000).Draw(t, "failures")}.Begin(noon)
		lasted := time.Duration(rapid.Int64Range(0, int64(2*time.Hour)).Draw(t, "lasted"))
		reason := rapid.SampledFrom([]units.Reason{units.ReasonExit, units.ReasonSignal}).Draw(t, "reason")
		decision, after := Verdict(r, End{Reason: reason}, streak, noon.Add(lasted), even)
		want := streak.Failures + 1
		if lasted >= r.ResetAfter {
			want = 1
		}
		if after.Failures != want {
			t.Fatalf("%d in a row after a run of %s, want %d", after.Failures, lasted, want)
		}
		if want == 1 && reason == units.ReasonSignal && decision.Delay != 0 {
			t.Fatalf("an immediate reason waits %s the first time", decision.Delay)
		}
	})
}

// A window that was given is not changed: it belongs to a state that may be kept.
func TestIntensityLeavesItsWindow(t *testing.T) {
	window := []time.Time{noon, noon.Add(time.Second), noon.Add(2 * time.Second)}
	next, exceeded := Intensity(window, noon.Add(3*time.Second), 2, time.Minute)
	if !exceeded || len(next) != 3 || !window[0].Equal(noon) {
		t.Errorf("%v, %v, %v", next, exceeded, window)
	}
	if next, exceeded := Intensity(window, noon, 0, time.Minute); exceeded || next != nil {
		t.Errorf("without a limit: %v, %v", next, exceeded)
	}
}

// A delay of nothing stays nothing, even when the factor's power is out of all bounds.
func TestNoDelay(t *testing.T) {
	r := units.Restart{Factor: 10, MaxDelay: time.Minute}
	if got := Backoff(r, math.MaxInt32, 0.9); got != 0 {
		t.Errorf("waits %s", got)
	}
}

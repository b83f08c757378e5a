package lifecycle

import (
	"testing"
	"time"

	"unitd/units"
)

// TestMaxRequestsHasJitter holds that workers which start together do not end together, and that each start
// draws anew.
func TestMaxRequestsHasJitter(t *testing.T) {
	def := &units.Pool{Recycle: &units.Recycle{MaxRequests: 1000, Jitter: 0.1}}
	seen := map[int]bool{}
	for key := 1; key <= 4; key++ {
		w := &Worker{Key: key, def: def}
		for _, chance := range []float64{0, 0.25, 0.5} {
			w.drawMaxRequests(chance)
			if w.MaxRequests < 900 || w.MaxRequests > 1100 || seen[w.MaxRequests] {
				t.Errorf("worker %d, chance %v: %d requests", key, chance, w.MaxRequests)
			}
			seen[w.MaxRequests] = true
		}
	}
	proxied := &Worker{Key: 1, def: &units.Pool{Proxy: true, Recycle: def.Recycle}}
	if proxied.drawMaxRequests(0.5); proxied.MaxRequests != 0 {
		t.Errorf("unitd counts, and the app is to count %d", proxied.MaxRequests)
	}
}

// TestRecycleReason holds that a worker whose replacement is ready ends for that reason, and that one of a roll
// does not.
func TestRecycleReason(t *testing.T) {
	for recycled, want := range map[bool]units.Reason{true: units.ReasonRecycle, false: units.ReasonStop} {
		w := &Worker{Recycled: recycled}
		if got := (&Process{worker: w}).stopReason(); got != want {
			t.Errorf("recycled %v: %s", recycled, got)
		}
	}
	r := &units.Recycle{MaxAge: time.Hour, Jitter: 0.1}
	w := &Worker{Key: 1, def: &units.Pool{Recycle: r}}
	w.became(&step{in: In{Now: boot, Chance: 0.5}})
	if age := w.RecycleAt.Sub(boot); age < 54*time.Minute || age > 66*time.Minute {
		t.Errorf("max_age 1h with a jitter of 0.1: after %s", age)
	}
}

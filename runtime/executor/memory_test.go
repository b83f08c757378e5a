package executor

import (
	"testing"
	"time"
)

func TestMemoryIsSampledMoreOftenNearTheLimit(t *testing.T) {
	now := time.Now()
	for name, c := range map[string]struct {
		watch memoryWatch
		used  int64
		want  time.Duration
	}{
		"recycle, empty":     {memoryWatch{recycle: 100}, 0, 10 * time.Second},
		"recycle, half":      {memoryWatch{recycle: 100}, 50, 10 * time.Second},
		"recycle, near":      {memoryWatch{recycle: 100}, 75, 5 * time.Second},
		"recycle, very near": {memoryWatch{recycle: 100}, 95, time.Second},
		"recycle, past":      {memoryWatch{recycle: 100}, 300, time.Second},
		"limit, empty":       {memoryWatch{limit: 100}, 0, 2 * time.Second},
		"limit, half":        {memoryWatch{limit: 100}, 50, 2 * time.Second},
		"limit, near":        {memoryWatch{limit: 100}, 90, 400 * time.Millisecond},
		"limit, very near":   {memoryWatch{limit: 100}, 99, 50 * time.Millisecond},
		"both, near the one": {memoryWatch{limit: 1000, recycle: 100}, 90, 400 * time.Millisecond},
		"past the first":     {memoryWatch{limit: 1000}, 150, 2 * time.Second},
		"grows by 10 a second, 20 are left": {
			memoryWatch{limit: 100, used: 70, at: now.Add(-time.Second)}, 80, 800 * time.Millisecond,
		},
		"grows by 80 a second, 10 are left": {
			memoryWatch{limit: 100, used: 10, at: now.Add(-time.Second)}, 90, 62500 * time.Microsecond,
		},
		"has just begun":  {memoryWatch{limit: 100, at: now.Add(-50 * time.Millisecond)}, 1, 100 * time.Millisecond},
		"a moment later":  {memoryWatch{limit: 100, used: 1, at: now.Add(-200 * time.Millisecond)}, 1, 400 * time.Millisecond},
		"grows by little": {memoryWatch{limit: 100, at: now.Add(-time.Second)}, 20, 2 * time.Second},
		"shrinks":         {memoryWatch{limit: 100, used: 95, at: now.Add(-time.Second)}, 90, 400 * time.Millisecond},
	} {
		w := c.watch
		if w.at.IsZero() { // as it was before
			w.used, w.at = c.used, now.Add(-time.Minute)
		}
		w.next(c.used, now)
		if got := w.due.Sub(now).Round(time.Microsecond); got != c.want {
			t.Errorf("%s: looked at again after %s, want %s", name, got, c.want)
		}
	}
}

// Whatever looking costs, all of it together is less than 1 % of a processor on average, and what was saved can be spent
// at once.
func TestAllowance(t *testing.T) {
	begun := time.Now()
	var a allowance
	a.grow(begun)
	now, spent := begun, time.Duration(0)
	for cost := time.Millisecond; now.Sub(begun) < 10*time.Minute; cost = cost%(50*time.Millisecond) + time.Millisecond {
		a.grow(now)
		if free := a.free(); free.After(now) {
			now = free
			continue
		}
		a.spend(cost)
		spent += cost
		if spent < mostAllowance && a.free().After(now) {
			t.Fatalf("it waits after %s", spent)
		}
		now = now.Add(cost)
	}
	if share := float64(spent) / float64(now.Sub(begun)); share < 0.007 || share > 0.01 {
		t.Errorf("spent %.2f %% of a processor", 100*share)
	}
}

func TestKernelsThatCountTasksOfNamespaces(t *testing.T) {
	for release, want := range map[string]bool{
		"5.13.19-generic": false, "5.14.0-427.el9.x86_64": true, "6.1.0": true, "4.18.0-553.el8": false, "10.0": true, "unknown": false, "": false,
	} {
		if got := countsTasksOfNamespaces(release); got != want {
			t.Errorf("%s: %v", release, got)
		}
	}
}

package executor

import (
	"fmt"
	"testing"
	"time"
)

// Whatever comes, a worker is told not to be given more before it has got its number, as long as what comes does not
// become more than twice as much from one look to the next; and where little comes it is seldom looked at.
func TestWear(t *testing.T) {
	for name, c := range map[string]struct {
		most  int
		rate  func(passed time.Duration) float64 // connections a second
		looks int                                // at most, in each second
		least float64                            // share of its number that it gets at least
	}{
		"one a second":         {500, func(time.Duration) float64 { return 1 }, 4, 0.75},
		"ten a second":         {1000, func(time.Duration) float64 { return 10 }, 20, 0.75},
		"five hundred":         {3000, func(time.Duration) float64 { return 500 }, 30, 0.75},
		"a few thousand":       {100_000, func(time.Duration) float64 { return 3000 }, 30, 0.75},
		"ever more":            {50_000, func(d time.Duration) float64 { return 100 * d.Seconds() }, 30, 0.75},
		"all at once":          {500, func(time.Duration) float64 { return 3500 }, 60, 0.5},
		"a crowd after a rest": {5000, func(d time.Duration) float64 { return 900 * float64(min(d/(time.Minute), 1)) }, 30, 0.75},
	} {
		t.Run(name, func(t *testing.T) {
			w, begun := wear{most: c.most}, time.Unix(0, 0)
			came, exact, looks := 0, 0.0, 0
			const tick = time.Millisecond
			for passed := time.Duration(0); ; passed += tick {
				exact += c.rate(passed) * tick.Seconds()
				now := begun.Add(passed)
				if w.due.After(now) {
					continue
				}
				looks++
				w.add(int(exact)-came, now)
				if came = int(exact); w.left() <= 0 {
					break
				}
			}
			passed := w.at.Sub(begun)
			told := fmt.Sprintf("told after %d of %d, in %s by %d looks", came, c.most, passed, looks)
			if came >= c.most || float64(came) < c.least*float64(c.most) {
				t.Error(told)
			}
			if float64(looks) > float64(c.looks)*passed.Seconds()+10 {
				t.Errorf("%s: too many", told)
			}
			t.Log(told)
		})
	}
}

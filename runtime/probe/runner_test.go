package probe

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// inBubble runs body with a started Runner in fake time.
func inBubble(t *testing.T, quick int, body func(t *testing.T, r *Runner)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r := NewRunner(quick, 0)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- r.Run(ctx) }()
		body(t, r)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// pass lets time pass, and everything that happens in it.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// times collects when checks began, as durations since the bubble's begin.
type times struct {
	begun time.Time
	at    []time.Duration
}

func (l *times) check(answer func() error) Check {
	return Func(func(context.Context) error {
		l.at = append(l.at, time.Since(l.begun))
		return answer()
	})
}

func seconds(list ...float64) []time.Duration {
	var out []time.Duration
	for _, s := range list {
		out = append(out, time.Duration(s*float64(time.Second)))
	}
	return out
}

func TestRunnerRepeats(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, r *Runner) {
		log := times{begun: time.Now()}
		var results []Result
		r.Start("a", Spec{Interval: 2 * time.Second, StartAfter: time.Second}, log.check(func() error { return nil }),
			func(result Result) { results = append(results, result) })
		pass(6500 * time.Millisecond)
		r.Stop("a")
		pass(time.Hour)
		if want := seconds(1, 3, 5); !slices.Equal(log.at, want) {
			t.Errorf("checks began at %v, want %v", log.at, want)
		}
		if len(results) != 3 || !results[2].OK || results[2].At.Sub(log.begun) != 5*time.Second {
			t.Errorf("results %+v", results)
		}
	})
}

func TestRunnerIsEagerUntilTheFirstSuccess(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, r *Runner) {
		log := times{begun: time.Now()}
		answer := func() error {
			switch since := time.Since(log.begun); {
			case since < 4*time.Second, since > 7*time.Second && since < 10*time.Second:
				return errors.New("not yet")
			}
			return nil
		}
		r.Start("a", Spec{Interval: 2 * time.Second, Eager: 400 * time.Millisecond}, log.check(answer), func(Result) {})
		pass(13 * time.Second)
		// 400 ms, 600 ms, 900 ms, 1350 ms, then 2 s, and never eager again after a success.
		if want := seconds(0, 0.4, 1, 1.9, 3.25, 5.25, 7.25, 9.25, 11.25); !slices.Equal(log.at, want) {
			t.Errorf("checks began at %v, want %v", log.at, want)
		}
		r.Stop("a")
	})
}

func TestSlowCheckDelaysOnlyItself(t *testing.T) {
	inBubble(t, 2, func(t *testing.T, r *Runner) {
		slow, quick := times{begun: time.Now()}, times{begun: time.Now()}
		var took []time.Duration
		hang := Func(func(ctx context.Context) error {
			slow.at = append(slow.at, time.Since(slow.begun))
			<-ctx.Done()
			return ctx.Err()
		})
		r.Start("slow", Spec{Interval: time.Second, Timeout: 3 * time.Second}, hang,
			func(result Result) { took = append(took, result.Took) })
		r.Start("quick", Spec{Interval: time.Second}, quick.check(func() error { return nil }), func(Result) {})
		pass(5500 * time.Millisecond)
		r.Stop("slow")
		r.Stop("quick")
		if want := seconds(0, 3); !slices.Equal(slow.at, want) {
			t.Errorf("slow checks began at %v, want %v: one at a time", slow.at, want)
		}
		if want := seconds(3); !slices.Equal(took, want) {
			t.Errorf("slow checks took %v, want %v", took, want)
		}
		if want := seconds(0, 1, 2, 3, 4, 5); !slices.Equal(quick.at, want) {
			t.Errorf("quick checks began at %v, want %v", quick.at, want)
		}
	})
}

func TestRunnerBoundsChecksInFlight(t *testing.T) {
	for name, c := range map[string]struct {
		takes    time.Duration
		most     int32
		allAfter time.Duration
	}{
		"quick ones": {50 * time.Millisecond, 3, 350 * time.Millisecond},
		"slow ones":  {time.Second, 6, 4050 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, 3, func(t *testing.T, r *Runner) {
				var inFlight, most, done atomic.Int32
				for i := range 20 {
					check := Func(func(context.Context) error {
						most.Store(max(most.Load(), inFlight.Add(1)))
						time.Sleep(c.takes)
						inFlight.Add(-1)
						return nil
					})
					r.Start(fmt.Sprint(i), Spec{Interval: time.Hour}, check, func(Result) { done.Add(1) })
				}
				pass(c.allAfter)
				if most.Load() != c.most || done.Load() != 20 {
					t.Errorf("%d at once, %d done; want %d and 20", most.Load(), done.Load(), c.most)
				}
				for i := range 20 {
					r.Stop(fmt.Sprint(i))
				}
			})
		})
	}
}

// Of 200 checks many hang; the others are made when they are due, and what is in flight stays bounded.
func TestHangingChecksKeepNobodyWaiting(t *testing.T) {
	const all, quick, most, interval = 200, 16, 64, 2 * time.Second
	for hanging, worst := range map[int]time.Duration{ // how late the others may be at first
		0: 0,
		// Nobody knows yet who hangs: some have their moment before others are asked.
		40: 3 * moment,
		// With more than there are places that takes one timeout.
		150: interval + 3*moment,
	} {
		synctest.Test(t, func(t *testing.T) {
			r := NewRunner(quick, most)
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan error)
			begun := time.Now()
			go func() { ended <- r.Run(ctx) }()
			var mu sync.Mutex
			var inFlight, peak int
			var first, later time.Duration // how late the others were, in the first rounds and after
			for i := range all {
				due := begun
				r.Start(fmt.Sprint(i), Spec{Interval: interval}, Func(func(ctx context.Context) error {
					mu.Lock()
					defer mu.Unlock()
					inFlight++
					peak = max(peak, inFlight)
					defer func() { inFlight-- }()
					if i < hanging {
						mu.Unlock()
						<-ctx.Done()
						mu.Lock()
						return ctx.Err()
					}
					late := &later
					if due.Sub(begun) < 3*interval {
						late = &first
					}
					*late = max(*late, time.Since(due))
					due = time.Now().Add(interval)
					return nil
				}), func(Result) {})
			}
			pass(11 * time.Second)
			mu.Lock()
			if peak > most || first > worst || later > 0 {
				t.Errorf("%d hang: %d in flight at once; the others were late by %v at first, by %v later", hanging, peak, first, later)
			}
			mu.Unlock()
			for i := range all {
				r.Stop(fmt.Sprint(i))
			}
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}

// A host without room says nothing about what is asked.
func TestNoRoomIsNoAnswer(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, r *Runner) {
		var results []Result
		r.Start("a", Spec{Interval: time.Second}, Func(func(context.Context) error { return fmt.Errorf("x: %w", ErrNoRoom) }),
			func(result Result) { results = append(results, result) })
		pass(1500 * time.Millisecond)
		r.Stop("a")
		if len(results) != 2 || results[0].OK || !results[0].NoRoom {
			t.Errorf("%+v", results)
		}
	})
}

func TestStopCancelsAndSilences(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, r *Runner) {
		var ended time.Duration
		begun := time.Now()
		hang := Func(func(ctx context.Context) error {
			<-ctx.Done()
			ended = time.Since(begun)
			return ctx.Err()
		})
		r.Start("a", Spec{Interval: time.Minute}, hang, func(Result) { t.Error("a stopped check was reported") })
		pass(time.Second)
		r.Stop("a")
		r.Stop("unknown")
		synctest.Wait()
		if ended != time.Second {
			t.Errorf("the check in flight ended after %v, want 1s", ended)
		}
	})
}

func TestStartReplaces(t *testing.T) {
	inBubble(t, 4, func(t *testing.T, r *Runner) {
		var first, second int
		fine := Func(func(context.Context) error { return nil })
		r.Start("a", Spec{Interval: time.Second}, fine, func(Result) {
			first++
			// A report may steer the runner.
			r.Start("a", Spec{Interval: time.Second}, fine, func(Result) { second++ })
		})
		pass(3500 * time.Millisecond)
		r.Stop("a")
		if first != 1 || second != 4 {
			t.Errorf("%d and %d reports, want 1 and 4", first, second)
		}
	})
}

func TestRunnerWithoutChecksSleeps(t *testing.T) {
	inBubble(t, 1, func(t *testing.T, r *Runner) {
		r.Start("a", Spec{Interval: time.Second}, Func(func(context.Context) error { return nil }), func(Result) {})
		pass(1500 * time.Millisecond)
		r.Stop("a")
		synctest.Wait()
		if len(r.waiting) != 0 || len(r.entries) != 0 || len(r.wake) != 0 {
			t.Errorf("left over: %d waiting, %d entries, %d wakes", len(r.waiting), len(r.entries), len(r.wake))
		}
	})
}

func TestRunnerWithARealServer(t *testing.T) {
	var ready atomic.Bool
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		if !ready.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	r := NewRunner(4, 8)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	results := make(chan Result, 100)
	r.Start("a", Spec{Interval: time.Minute, Timeout: 5 * time.Second, Eager: 10 * time.Millisecond}, HTTP{URL: url},
		func(result Result) { results <- result })
	if first := <-results; first.OK || first.Err == nil {
		t.Errorf("first result %+v, want a failure", first)
	}
	ready.Store(true)
	for result := range results {
		if result.OK {
			break
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

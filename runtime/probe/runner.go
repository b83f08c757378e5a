package probe

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// Result is what one check saw.
type Result struct {
	OK   bool
	Err  error         // why not; nil when OK
	At   time.Time     // when the check began
	Took time.Duration // until the answer or the timeout
}

// Runner repeats checks. It is one goroutine that sleeps until the next check is due, plus one for each
// check in flight; with nothing scheduled it never wakes. At most one check of a key is in flight, and at
// most `limit` of all keys: with more due, those longest due go first.
type Runner struct {
	limit int
	wake  chan struct{} // holds one: the schedule has changed

	mu       sync.Mutex
	waiting  schedule
	entries  map[string]*entry
	inFlight int
}

// NewRunner returns a Runner with at most limit checks in flight (each holds a file descriptor at most;
// at least 1). Nothing is checked before Run.
func NewRunner(limit int) *Runner {
	return &Runner{limit: max(limit, 1), wake: make(chan struct{}, 1), entries: map[string]*entry{}}
}

// Start schedules check under key, in place of what that key had. report is called for each result, one
// at a time for a key, from a goroutine of the check; it must not block, and may call Start and Stop.
func (r *Runner) Start(key string, spec Spec, check Check, report func(Result)) {
	spec = spec.normal()
	e := &entry{key: key, spec: spec, check: check, report: report,
		due: time.Now().Add(spec.StartAfter), pause: spec.Eager}
	r.mu.Lock()
	r.remove(key)
	r.entries[key] = e
	heap.Push(&r.waiting, e)
	r.mu.Unlock()
	r.notify()
}

// Stop ends the checks of key, cancels one in flight and frees what it holds. No check begins after it; a
// result that was being reported when Stop was called may still arrive. An unknown key is no error.
func (r *Runner) Stop(key string) {
	r.mu.Lock()
	r.remove(key)
	r.mu.Unlock()
	r.notify()
}

func (r *Runner) remove(key string) {
	e := r.entries[key]
	if e == nil {
		return
	}
	delete(r.entries, key)
	e.gone = true
	if e.index >= 0 {
		heap.Remove(&r.waiting, e.index)
	}
	if e.stop != nil {
		e.stop()
	}
}

// Run makes the checks until ctx ends, then waits for those in flight, which it cancels. It returns nil.
func (r *Runner) Run(ctx context.Context) error {
	var flights sync.WaitGroup
	defer flights.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		if wait, more := r.launch(ctx, &flights); more {
			timer.Reset(wait)
		} else {
			timer.Stop()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-r.wake:
		case <-timer.C:
		}
	}
}

// launch begins every due check there is room for, and says how long to sleep if there is a next one. A
// full Runner sleeps without a timer: the end of a flight wakes it.
func (r *Runner) launch(ctx context.Context, flights *sync.WaitGroup) (wait time.Duration, more bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(r.waiting) > 0 && r.inFlight < r.limit {
		if wait := time.Until(r.waiting[0].due); wait > 0 {
			return wait, true
		}
		e := heap.Pop(&r.waiting).(*entry)
		flight, cancel := context.WithTimeout(ctx, e.spec.Timeout)
		e.stop = cancel
		r.inFlight++
		flights.Go(func() { r.fly(flight, cancel, e) })
	}
	return 0, false
}

// fly makes one check, reports it, and puts the entry back into the schedule.
func (r *Runner) fly(ctx context.Context, cancel context.CancelFunc, e *entry) {
	begun := time.Now()
	err := e.check.Do(ctx)
	now := time.Now()
	cut := ctx.Err() == context.Canceled
	cancel()

	r.mu.Lock()
	silent := e.gone || cut
	r.mu.Unlock()
	if !silent {
		e.report(Result{OK: err == nil, Err: err, At: begun, Took: now.Sub(begun)})
	}

	r.mu.Lock()
	r.inFlight--
	e.stop = nil
	if !e.gone {
		e.next(begun, now, err == nil)
		heap.Push(&r.waiting, e)
	}
	r.mu.Unlock()
	r.notify()
}

func (r *Runner) notify() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

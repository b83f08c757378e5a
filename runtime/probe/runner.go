package probe

import (
	"container/heap"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Result is what one check saw.
type Result struct {
	OK   bool
	Err  error         // why not; nil when OK
	At   time.Time     // when the check began
	Took time.Duration // until the answer or the timeout
	// NoRoom says that this host had no room for the check just now (ErrNoRoom), so nothing was asked.
	NoRoom bool
}

// Runner repeats checks. It is one goroutine that sleeps until the next check is due, plus one for each
// check in flight; with nothing scheduled it never wakes. At most one check of a key is in flight. With more
// due than may be in flight, those longest due go first.
//
// A check that hangs must not keep others waiting, but what is in flight costs a file descriptor and memory. So
// few may be in flight that have just begun, as most answer at once; who does not within a moment no longer stands
// in their way. Who had no answer last time is expected to have none again: such checks share half of the places
// there are altogether.
type Runner struct {
	quick, most int
	wake        chan struct{} // holds one: the schedule has changed

	mu      sync.Mutex
	waiting schedule
	entries map[string]*entry
	flights []*entry // in the order in which they began
	hanging int      // of these, those that had no answer last time
}

// moment is how long most checks take at most.
const moment = 100 * time.Millisecond

// NewRunner returns a Runner with at most quick checks in flight that began within a moment, and at most `most` in
// all (each holds a file descriptor). Nothing is checked before Run.
func NewRunner(quick, most int) *Runner {
	quick = max(quick, 1)
	return &Runner{quick: quick, most: max(most, 2*quick), wake: make(chan struct{}, 1), entries: map[string]*entry{}}
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
	var held []*entry // they hang, and others that hang are in flight
	defer func() {
		for _, e := range held {
			heap.Push(&r.waiting, e)
		}
	}()
	for len(r.waiting) > 0 && len(r.flights) < r.most {
		now := time.Now()
		if wait := r.waiting[0].due.Sub(now); wait > 0 {
			return wait, true
		}
		e := r.waiting[0]
		if wait := r.crowded(now); wait > 0 && !e.hangs {
			return wait, true
		}
		heap.Pop(&r.waiting)
		if e.hangs && r.hanging >= r.most/2 {
			held = append(held, e)
			continue
		}
		flight, cancel := WithTimeout(ctx, e.spec.Timeout)
		e.stop, e.begun = cancel, now
		r.flights = append(r.flights, e)
		if e.hangs {
			r.hanging++
		}
		flights.Go(func() { r.fly(flight, cancel, e) })
	}
	return 0, false
}

// crowded says how long it takes until fewer than `quick` flights that may be about to end have begun within a
// moment; 0 or less: it is so now.
func (r *Runner) crowded(now time.Time) time.Duration {
	young := 0
	for _, e := range slices.Backward(r.flights) {
		if e.hangs {
			continue
		}
		if young++; young == r.quick {
			return e.begun.Add(moment).Sub(now)
		}
	}
	return 0
}

// fly makes one check, reports it, and puts the entry back into the schedule.
func (r *Runner) fly(ctx context.Context, cancel context.CancelFunc, e *entry) {
	begun := time.Now()
	err := e.check.Do(ctx)
	now := time.Now()
	cut, late := ctx.Err() == context.Canceled, ctx.Err() == context.DeadlineExceeded
	cancel()

	r.mu.Lock()
	silent := e.gone || cut
	r.mu.Unlock()
	if !silent {
		e.report(Result{OK: err == nil, Err: err, At: begun, Took: now.Sub(begun), NoRoom: errors.Is(err, ErrNoRoom)})
	}

	r.mu.Lock()
	r.flights = slices.DeleteFunc(r.flights, func(other *entry) bool { return other == e })
	if e.hangs {
		r.hanging--
	}
	e.hangs, e.stop = late && err != nil, nil
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

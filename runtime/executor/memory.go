package executor

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
	"unitd/policy/lifecycle"
	"unitd/runtime/meter"
	"unitd/units"
)

// The memory of runs that may use only so much is looked at by one goroutine for all of them, which lives only while
// there is such a run. It looks more often at what comes near its limit, and at what grows towards it.
//
// There are two limits. Past the one of `recycle` a worker is replaced in time; past the one of `limits` it is ended,
// since the others of the account need what it takes.
//
// What looking costs is bounded for all together (allowance.go): to add up the memory of a large process the kernel walks
// all its page tables.
const (
	soonestSample = 50 * time.Millisecond
	latestSample  = 2 * time.Second
	// A worker that is to be recycled may be so some seconds later.
	soonestRecycling = time.Second
	latestRecycling  = 10 * time.Second
)

// memoryWatch is what one run may use.
type memoryWatch struct {
	unit    units.ID
	worker  int
	recycle int64 // bytes; 0: as much as it likes
	limit   int64 // bytes; 0: the same
	due     time.Time
	// used is what it used at the look before.
	used int64
	at   time.Time
}

// watchMemory begins to look at a run, for the limit of `recycle`.
func (x *Executor) watchMemory(def *units.Unit, a lifecycle.Action) {
	x.changeWatch(a.Run, def.ID, a.Worker, func(w *memoryWatch) { w.recycle = a.Bytes })
}

// limitMemory has a run ended when it uses more; 0: no more than it likes.
func (x *Executor) limitMemory(run uint64, unit units.ID, worker int, bytes int64) {
	x.changeWatch(run, unit, worker, func(w *memoryWatch) { w.limit = bytes })
}

func (x *Executor) changeWatch(run uint64, unit units.ID, worker int, change func(*memoryWatch)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.runs[run] == nil {
		return // it is gone already
	}
	w := x.watches[run]
	if w == nil {
		w = &memoryWatch{unit: unit, worker: worker, at: time.Now()}
	}
	change(w)
	if w.recycle == 0 && w.limit == 0 {
		delete(x.watches, run)
		return
	}
	w.due = time.Now().Add(w.soonest())
	x.watches[run] = w
	if !x.samples {
		x.samples = true
		x.beside.Go(x.sampleMemory)
		return
	}
	select {
	case x.sampleSooner <- struct{}{}:
	default:
	}
}

// sampleMemory looks at one run after the other until none is left.
func (x *Executor) sampleMemory() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		next, ok := x.nextSample()
		if !ok {
			return
		}
		x.sampling.grow(time.Now())
		if free := x.sampling.free(); next.Before(free) {
			next = free
		}
		timer.Reset(time.Until(next))
		select {
		case <-x.ctx.Done():
			return
		case <-x.sampleSooner:
			continue
		case <-timer.C:
		}
		x.sampling.spend(cpuTime(x.sampleDue))
	}
}

// sampleDue looks at all runs that are due, or will be in a moment: to wake up for each costs as much as the look.
func (x *Executor) sampleDue() {
	now := time.Now()
	x.oom.look(now)
	x.mu.Lock()
	due := make(map[uint64]memoryWatch)
	for run, w := range x.watches {
		if left := w.due.Sub(now); left <= 0 || left <= w.due.Sub(w.at)/4 {
			due[run] = *w
		}
	}
	x.mu.Unlock()
	for run, w := range due {
		x.sampled(run, w.use(x.Processes(run)))
		runtime.Gosched() // there may be many, and the loop of the engine has one processor with this
	}
}

// use is what processes use, or an upper bound of it where that is below all limits: their resident memory, which
// costs nothing more to know, counts what they share several times.
func (w memoryWatch) use(processes []procfs.Process) int64 {
	var resident int64
	for _, p := range processes {
		resident += p.Resident
	}
	if resident <= w.nearest() {
		return resident
	}
	return meter.Tree(processes).MemoryBytes
}

// cpuTime is how much CPU time f takes in its own goroutine.
func cpuTime(f func()) time.Duration {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var begun, ended unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &begun); err != nil {
		return 0
	}
	f()
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ended); err != nil {
		return 0
	}
	return time.Duration(ended.Nano() - begun.Nano())
}

// nextSample is when the first run is due; false: there is none, and the caller ends.
func (x *Executor) nextSample() (next time.Time, ok bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, w := range x.watches {
		if !ok || w.due.Before(next) {
			next, ok = w.due, true
		}
	}
	x.samples = ok
	return next, ok
}

// sampled says when a run is looked at again, and reports that it is past a limit.
func (x *Executor) sampled(run uint64, used int64) {
	x.mu.Lock()
	w := x.watches[run]
	if w == nil {
		x.mu.Unlock()
		return
	}
	ev := lifecycle.Event{Worker: w.worker, Run: run, Bytes: used}
	switch {
	case w.limit > 0 && used > w.limit:
		ev.Kind = lifecycle.Overran
		delete(x.watches, run)
		if r := x.runs[run]; r != nil {
			r.overran = true
		}
	case w.recycle > 0 && used > w.recycle:
		ev.Kind = lifecycle.Outgrown
		w.recycle = 0
		if w.limit == 0 {
			delete(x.watches, run)
		}
	}
	w.next(used, time.Now())
	x.mu.Unlock()
	if ev.Kind != "" {
		x.report(w.unit, ev)
	}
}

// next sets when the run is looked at again: the sooner the less room it has, before it can be past its limit if it grows
// on as it does, and at most after twice the time that it was watched for the last time, since a program that has just
// started may not have begun yet.
func (w *memoryWatch) next(used int64, now time.Time) {
	room := w.nearest() - used
	wait := time.Duration(float64(room) / float64(max(w.nearest(), 1)) * float64(2*w.latest()))
	if grown := used - w.used; grown > 0 {
		const early = 2
		wait = min(wait, time.Duration(float64(room)/float64(grown)*float64(now.Sub(w.at)))/early)
	}
	const slower = 2
	w.due = now.Add(min(max(wait, w.soonest()), w.latest(), slower*max(now.Sub(w.at), w.soonest())))
	w.used, w.at = used, now
}

// nearest is the limit that is reached first.
func (w *memoryWatch) nearest() int64 {
	if w.limit == 0 || w.recycle > 0 && w.recycle < w.limit {
		return w.recycle
	}
	return w.limit
}

func (w *memoryWatch) soonest() time.Duration {
	if w.limit == 0 {
		return soonestRecycling
	}
	return soonestSample
}

func (w *memoryWatch) latest() time.Duration {
	if w.limit == 0 {
		return latestRecycling
	}
	return latestSample
}

package executor

import (
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
	"unitd/runtime/meter"
	"unitd/units"
)

// The memory of runs that have a limit is looked at by one goroutine for all of them, which lives only while there
// is such a run. It looks more often at what comes near its limit.
const (
	soonestSample = time.Second
	latestSample  = 10 * time.Second
	// sampleShare bounds what looking costs: after a look the next, at whatever run, waits so many times the CPU time
	// that it took; on a busy host it takes much longer than that. To add up the memory of a large process the kernel walks all its page tables.
	sampleShare = 1000
)

// memoryLimit is the limit of one run.
type memoryLimit struct {
	unit   units.ID
	worker int
	bytes  int64
	due    time.Time
}

// watchMemory begins to look at a run; it ends when the run is over its limit, or gone.
func (x *Executor) watchMemory(def *units.Unit, a lifecycle.Action) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.runs[a.Run] == nil {
		return // it is gone already
	}
	x.limits[a.Run] = &memoryLimit{def.ID, a.Worker, a.Bytes, time.Now().Add(soonestSample)}
	if !x.sampling {
		x.sampling = true
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
	var free time.Time // when the next look may be
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		run, limit := x.nextSample()
		if limit == nil {
			return
		}
		next := limit.due
		if next.Before(free) {
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
		x.oom.look(time.Now())
		var used int64
		spent := cpuTime(func() { used = meter.Tree(x.Processes(run)).MemoryBytes })
		free = time.Now().Add(sampleShare * spent)
		x.sampled(run, limit, used)
	}
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

// nextSample is the run that is due first; nil: there is none, and the caller ends.
func (x *Executor) nextSample() (run uint64, limit *memoryLimit) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for r, l := range x.limits {
		if limit == nil || l.due.Before(limit.due) {
			run, limit = r, l
		}
	}
	x.sampling = limit != nil
	return run, limit
}

// sampled says when a run is looked at again, or reports that it has outgrown its limit.
func (x *Executor) sampled(run uint64, limit *memoryLimit, used int64) {
	x.mu.Lock()
	_, lives := x.limits[run]
	over := lives && used > limit.bytes
	if over {
		delete(x.limits, run)
	}
	limit.due = time.Now().Add(untilSample(used, limit.bytes))
	x.mu.Unlock()
	if over {
		x.report(limit.unit, lifecycle.Event{Kind: lifecycle.Outgrown, Worker: limit.worker, Run: run, Bytes: used})
	}
}

// untilSample is how long a run may go unwatched: the less room it has, the shorter.
func untilSample(used, limit int64) time.Duration {
	room := 1 - float64(used)/float64(limit)
	return min(max(time.Duration(room*float64(2*latestSample)), soonestSample), latestSample)
}

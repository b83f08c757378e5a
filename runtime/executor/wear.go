package executor

import (
	"errors"
	"maps"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/socket"
	"unitd/units"
)

// The connections of workers that count their requests themselves are counted beside them by one goroutine, which lives
// only while there is such a worker. It looks the more often the sooner one may come to its number.
const (
	soonestCount = 20 * time.Millisecond
	latestCount  = 2 * time.Second
	// burst is how many connections a second are reckoned with that may begin to come at any time, rush how many may to
	// a worker that has just begun: those of all others, at once.
	burst = 1000
	rush  = 5000
	// reserve is the share of its number that a worker keeps when it gets no new connections any more, for those that
	// are under way and for its checks; reserveTime is for how long it could go on as before on what it keeps, and
	// reserveRecent for how long as it has since it was last looked at.
	reserve       = 50
	reserveTime   = 200 * time.Millisecond
	reserveRecent = 100 * time.Millisecond
	// rateTime is the time over which connections a second are averaged, and in which a worker counts as having just
	// begun.
	rateTime = time.Second
)

// wear is how far the run of a worker is from the number of requests after which it ends itself.
type wear struct {
	unit   units.ID
	h      *holding
	worker int
	slot   int
	most   int           // requests
	within time.Duration // it is due when it is this far from that

	// The rest belongs to the goroutine that counts.
	last   map[*socket.Group]uint32
	count  int
	rate   float64 // connections a second
	recent float64 // since the look before the last one
	begun  time.Time
	at     time.Time
	due    time.Time
	told   bool
}

// countConnections begins to count those of a run's slot; it ends with the run.
func (x *Executor) countConnections(h *holding, def *units.Unit, a lifecycle.Action) {
	x.mu.Lock()
	defer x.mu.Unlock()
	r := x.runs[a.Run]
	if r == nil || len(h.groups()) == 0 {
		return // it is gone already, or shares its socket with others
	}
	last := r.counted
	if last == nil { // of a run that was taken over, they count from now on
		last = map[*socket.Group]uint32{}
	}
	x.wears[a.Run] = &wear{unit: def.ID, h: h, worker: a.Worker, slot: a.Slot, most: a.Count, within: a.Within, last: last}
	if !x.counting {
		x.counting = true
		x.beside.Go(x.countAll)
		return
	}
	select {
	case x.countSooner <- struct{}{}:
	default:
	}
}

// countFrom is where the count of a run that is about to begin in slot stands: who waits there already is its own.
func (x *Executor) countFrom(h *holding, def *units.Unit, slot int) map[*socket.Group]uint32 {
	if r := def.Pool.Recycle; r == nil || r.MaxRequests == 0 || def.Pool.Proxy {
		return nil
	}
	counted := map[*socket.Group]uint32{}
	for _, g := range h.groups() {
		if slot >= g.Slots() {
			continue
		}
		total, err := g.Count(slot)
		waiting, _, queueErr := g.Queue(slot)
		if err := errors.Join(err, queueErr); err != nil {
			x.config.Logger.Debug("begin to count connections", "unit", def.ID, "slot", slot, "error", err) // it counts later, or says why not
			continue
		}
		counted[g] = total - uint32(waiting)
	}
	return counted
}

// countAll counts for one run after the other until none is left.
func (x *Executor) countAll() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-x.ctx.Done():
			return
		case <-x.countSooner:
		case <-timer.C:
		}
		now := time.Now()
		next := now.Add(latestCount)
		runs := x.worn()
		if len(runs) == 0 {
			return
		}
		for run, w := range runs {
			if !w.due.After(now) {
				x.countFor(run, w, now)
			}
			if w.due.Before(next) {
				next = w.due
			}
		}
		timer.Reset(time.Until(next))
	}
}

// worn is what to count for; none: the caller ends.
func (x *Executor) worn() map[uint64]*wear {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.counting = len(x.wears) > 0
	return maps.Clone(x.wears)
}

// countFor counts for one run, and reports how far it has come.
func (x *Executor) countFor(run uint64, w *wear, now time.Time) {
	came, err := w.came()
	if err != nil {
		x.config.Logger.Warn("count connections, so as to recycle in time", "unit", w.unit, "worker", w.worker, "error", err)
		x.endCount(run)
		return
	}
	w.add(came, now)
	ev := lifecycle.Event{Worker: w.worker, Run: run, Count: w.count}
	switch {
	case w.left() <= 0:
		ev.Kind = lifecycle.Spent
		x.endCount(run)
	case !w.told && w.rate*w.within.Seconds() >= float64(w.left()):
		ev.Kind, w.told = lifecycle.Worn, true
	default:
		return
	}
	x.report(w.unit, ev)
}

func (x *Executor) endCount(run uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.wears, run)
}

// came is how many connections have come since the last time it was called; the first time: none.
func (w *wear) came() (int, error) {
	came := 0
	for _, g := range w.h.groups() {
		if w.slot >= g.Slots() {
			continue
		}
		total, err := g.Count(w.slot)
		if err != nil {
			return 0, err
		}
		if before, known := w.last[g]; known {
			came += int(total - before)
		}
		w.last[g] = total
	}
	return came, nil
}

// add takes in what has come, and says when to count again: before it can have come to its number, even if twice as much
// comes from now on, or a crowd where it was quiet.
func (w *wear) add(came int, now time.Time) {
	passed, expected := soonestCount, float64(burst)
	if w.at.IsZero() {
		w.begun = now
	} else {
		passed = max(now.Sub(w.at), time.Microsecond)
		w.recent = float64(came) / passed.Seconds()
		w.rate += (w.recent - w.rate) * min(passed.Seconds()/rateTime.Seconds(), 1)
	}
	if now.Sub(w.begun) < rateTime {
		expected = rush
	}
	w.count += came
	wait := seconds(float64(w.left()) / max(2*w.rate, 2*w.recent, expected))
	if came == 0 { // nobody comes: ever less often
		wait = max(wait, 2*passed)
	}
	w.at, w.due = now, now.Add(min(max(wait, soonestCount), latestCount))
}

// left is how many connections may still come until the worker is to get no more.
func (w *wear) left() int {
	return w.most - w.count - max(w.most/reserve, 2, int(w.rate*reserveTime.Seconds()), int(w.recent*reserveRecent.Seconds()))
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

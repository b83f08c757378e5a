package executor

import (
	"context"
	"errors"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/socket"
	"unitd/units"
)

// The accept queues of ready workers are looked at by one goroutine for all of them, which lives only while there
// is such a worker. A look is one system call; where a queue was not empty at two looks in a row a marker goes in,
// and only as long as that waits anything more is asked.
const (
	// looks are how many there are in the time after which a worker counts as hung, within these bounds. What one
	// costs is waking up: about 250 µs.
	looks     = 16
	firstLook = 300 * time.Millisecond
	lastLook  = 2 * time.Second
	// suspicion is the share of that time, and patience the longest time, after which a marker that still waits
	// makes its worker suspect.
	suspicion = 4
	patience  = 2 * time.Second
)

// queueWatch is the watch over one run of a worker.
type queueWatch struct {
	unit   units.ID
	h      *holding
	worker int
	slot   int
	within time.Duration

	// The rest belongs to the goroutine that looks.
	waited  bool // connections at the last look
	marker  *socket.Marker
	since   time.Time // when it got in
	suspect bool
}

// watchQueue begins to look at the queue of a run's slot; it ends with the run.
func (x *Executor) watchQueue(h *holding, def *units.Unit, a lifecycle.Action) {
	if def.Pool.Proxy {
		x.watchRequests(h, def, a)
		return
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.runs[a.Run] == nil {
		return // it is gone already
	}
	x.queues[a.Run] = &queueWatch{unit: def.ID, h: h, worker: a.Worker, slot: a.Slot, within: a.Within}
	if !x.looking {
		x.looking = true
		x.beside.Go(x.lookAtQueues)
	}
}

// lookAtQueues looks at all queues, again and again, until none is left.
func (x *Executor) lookAtQueues() {
	markers := map[uint64]*queueWatch{} // those with a marker
	defer func() {
		for _, w := range markers {
			w.unmark()
		}
	}()
	timer := time.NewTimer(firstLook)
	defer timer.Stop()
	for {
		select {
		case <-x.ctx.Done():
			return
		case <-timer.C:
		}
		runs, pause := x.nextLook()
		for run, w := range markers {
			if runs[run] != w { // it is gone
				w.unmark()
				delete(markers, run)
			}
		}
		if len(runs) == 0 {
			return
		}
		x.oom.look(time.Now())
		for run, w := range runs {
			x.lookAt(run, w)
			if w.marker != nil {
				markers[run] = w
			}
		}
		timer.Reset(pause)
	}
}

// nextLook is what to look at now, and how soon again; none: the caller ends.
func (x *Executor) nextLook() (map[uint64]*queueWatch, time.Duration) {
	x.mu.Lock()
	defer x.mu.Unlock()
	runs, pause := map[uint64]*queueWatch{}, lastLook
	for run, w := range x.queues {
		runs[run] = w
		pause = min(pause, max(w.within/looks, firstLook))
	}
	x.looking = len(runs) > 0
	return runs, pause
}

// lookAt looks at one queue.
func (x *Executor) lookAt(run uint64, w *queueWatch) {
	if w.marker == nil {
		x.mark(w)
		return
	}
	waits, err := w.marker.Waits()
	if err != nil {
		x.config.Logger.Warn("watch accept queue", "unit", w.unit, "slot", w.slot, "error", err)
	}
	waited := time.Since(w.since)
	ev := lifecycle.Event{Worker: w.worker, Run: run}
	switch {
	case !waits:
		w.unmark()
		if w.suspect {
			w.suspect = false
			ev.Kind, ev.OK = lifecycle.Suspected, true
			x.report(w.unit, ev)
		}
	case waited >= w.within:
		x.unwatchQueue(run)
		ev.Kind = lifecycle.Hung
		x.report(w.unit, ev)
	case waited >= min(w.within/suspicion, patience) && !w.suspect:
		w.suspect = true
		ev.Kind = lifecycle.Suspected
		x.report(w.unit, ev)
	}
}

// mark places a marker where connections wait.
func (x *Executor) mark(w *queueWatch) {
	for _, g := range w.h.groups() {
		waiting, _, err := g.Queue(w.slot)
		if err != nil || waiting == 0 {
			continue
		}
		if !w.waited {
			w.waited = true
			return
		}
		ctx, cancel := context.WithTimeout(x.ctx, firstLook)
		w.marker, err = g.Mark(ctx, w.slot)
		cancel()
		w.since = time.Now()
		if errors.Is(err, socket.ErrNoMarker) {
			x.blind.Do(func() {
				x.config.Logger.Warn("hang_timeout has no effect", "unit", w.unit, "error", err)
			})
		}
		return
	}
	w.waited = false
}

func (w *queueWatch) unmark() {
	if w.marker != nil {
		w.marker.Close() //nolint:errcheck // nothing was written to it
	}
	w.marker, w.waited = nil, false
}

func (x *Executor) unwatchQueue(run uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.queues, run)
}

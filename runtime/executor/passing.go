package executor

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
	"unitd/runtime/proxy"
	"unitd/runtime/socket"
	"unitd/units"
)

// Descriptors are shared by all proxies: each client takes one, and one more for its worker. Those that are left are
// for everything else that the manager does.
const (
	reservedFiles = 40
	fewestSeats   = 8
	mostSeats     = 1024
)

// reachTime is how long a request tries to reach workers that should be there, and partingTime how long clients may
// take to hear that a pool has stopped.
const (
	reachTime   = 5 * time.Second
	partingTime = time.Second
)

// passing is what a pool with dispatch "proxy" has beside its listeners: the proxy that serves them, and where its
// workers listen. holding.mu guards it.
type passing struct {
	proxy     *proxy.Proxy
	entrances map[*socket.Listener]entrance
	places    map[int]*place // by slot
}

// entrance is what accepts on a listener.
type entrance struct {
	net.Listener
	file *os.File // the listener's own
}

// seats are for the clients of all pools, as many as there are descriptors for.
func seats() *proxy.Seats {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return proxy.NewSeats(fewestSeats)
	}
	room := (int(min(limit.Cur, 2*mostSeats+reservedFiles)) - reservedFiles) / 2
	return proxy.NewSeats(max(room, fewestSeats))
}

// serve serves the listeners of a pool, those that are not served yet.
func (x *Executor) serve(h *holding, def *units.Unit) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.passing == nil {
		p := proxy.New(proxy.Config{
			Patience: reachTime, Seats: x.seats, Logger: x.config.Logger.With("unit", def.ID),
		})
		h.passing = &passing{proxy: p, entrances: map[*socket.Listener]entrance{}, places: map[int]*place{}}
	}
	for _, l := range h.listeners {
		if l.single == nil {
			return fmt.Errorf("listen at %s: the socket is one of a group", l.spec.Address)
		}
		if err := x.accept(h.passing, l.single); err != nil {
			return err
		}
	}
	return nil
}

// accept serves one listener.
func (x *Executor) accept(p *passing, l *socket.Listener) error {
	if _, err := l.Repair(); err != nil {
		return err
	}
	if served, ok := p.entrances[l]; ok {
		if served.file == l.File() {
			return nil
		}
		served.Close() // somebody had removed its path
	}
	// It accepts on a copy of the descriptor, which shares the mode of blocking with the original.
	copied, err := net.FileListener(l.File())
	if err != nil {
		return fmt.Errorf("accept at %s: %w", l.Address(), err)
	}
	p.entrances[l] = entrance{copied, l.File()}
	x.beside.Go(func() {
		defer context.AfterFunc(x.ctx, func() { copied.Close() })()
		if err := p.proxy.Serve(copied); err != nil {
			x.config.Logger.Error("accept", "address", l.Address(), "error", err)
		}
	})
	return nil
}

// withdraw no longer accepts on a listener that is about to be closed or handed to another unit.
func (h *holding) withdraw(l listener) {
	if h.passing == nil || l.single == nil {
		return
	}
	served, ok := h.passing.entrances[l.single]
	if !ok {
		return
	}
	delete(h.passing.entrances, l.single)
	served.Close()
	// Programs that inherit one expect it to block.
	_ = unix.SetNonblock(int(served.file.Fd()), false) // fails only on one that is closed
}

// part ends the proxy of a pool that has stopped.
func (x *Executor) part(h *holding) {
	h.mu.Lock()
	p := h.passing
	h.passing = nil
	h.mu.Unlock()
	if p == nil {
		return
	}
	x.beside.Go(func() {
		ctx, cancel := context.WithTimeout(x.ctx, partingTime)
		defer cancel()
		if err := p.proxy.Close(ctx); err != nil {
			x.config.Logger.Debug("close proxy", "unit", h.unit, "error", err)
		}
	})
	for _, place := range p.places {
		x.forget(place)
	}
}

// steer gives new requests to the workers in these slots only.
func (h *holding) steer(slots []int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.passing
	if p == nil {
		return
	}
	var workers []*proxy.Worker
	for _, slot := range slots {
		if place := p.places[slot]; place != nil && place.worker != nil {
			workers = append(workers, place.worker)
		}
	}
	p.proxy.Steer(workers)
}

// worker is that of a run, in its slot; nil: it listens no more, or does not yet.
func (h *holding) worker(slot int, run uint64) *proxy.Worker {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.passing == nil || h.passing.places[slot] == nil || h.passing.places[slot].run != run {
		return nil
	}
	return h.passing.places[slot].worker
}

// goes is for a worker whose main process has ended, or all of which is gone.
func (h *holding) goes(slot int, run uint64, gone bool) {
	switch w := h.worker(slot, run); {
	case w == nil:
	case gone:
		w.Close()
	default:
		w.Leave()
	}
}

// countRequests reports when a worker has been given as many requests as it may.
func (x *Executor) countRequests(h *holding, def *units.Unit, a lifecycle.Action) {
	if !def.Pool.Proxy {
		x.countConnections(h, def, a)
		return
	}
	if w := h.worker(a.Slot, a.Run); w != nil {
		w.Limit(a.Count, func(served int) {
			x.report(def.ID, lifecycle.Event{Kind: lifecycle.Worn, Worker: a.Worker, Run: a.Run, Count: served})
		})
	}
}

// watchRequests reports when a request has waited for too long.
func (x *Executor) watchRequests(h *holding, def *units.Unit, a lifecycle.Action) {
	if w := h.worker(a.Slot, a.Run); w != nil {
		w.Watch(a.Within, func() {
			x.report(def.ID, lifecycle.Event{Kind: lifecycle.Hung, Worker: a.Worker, Run: a.Run})
		})
	}
}

// finish reports when a worker has answered every request that it has.
func (x *Executor) finish(h *holding, def *units.Unit, a lifecycle.Action) {
	h.mu.Lock()
	var w *proxy.Worker
	if h.passing != nil && h.passing.places[a.Slot] != nil {
		w = h.passing.places[a.Slot].worker
	}
	h.mu.Unlock()
	x.beside.Go(func() {
		if w != nil {
			ctx, cancel := context.WithTimeout(x.ctx, a.Within)
			defer cancel()
			w.Drain(ctx)
		}
		x.report(def.ID, lifecycle.Event{Kind: lifecycle.Drained, Worker: a.Worker})
	})
}

// answerRequests has the proxy of a pool answer in the stead of workers; nil: they do. It reports whether there is one.
func (h *holding) answerRequests(stead http.Handler) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.passing == nil:
		return false
	case stead == nil:
		h.passing.proxy.Admit()
	default:
		h.passing.proxy.Answer(stead)
	}
	return true
}

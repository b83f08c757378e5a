package httpidle

import (
	"context"
	"net"
	"net/http"
	"sync"
)

// Watch follows the connections of one server, whose field ConnState is to call Observe. The zero value is ready for use.
type Watch struct {
	mu      sync.Mutex
	busy    map[net.Conn]struct{} // whose request is awaited for the first time, read or answered
	changed chan struct{}         // closed when one fewer is; nil: nobody waits
}

// Observe takes note of a change.
func (w *Watch) Observe(conn net.Conn, state http.ConnState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch state {
	case http.StateNew, http.StateActive:
		if w.busy == nil {
			w.busy = map[net.Conn]struct{}{}
		}
		w.busy[conn] = struct{}{}
	default:
		delete(w.busy, conn)
		if w.changed != nil {
			close(w.changed)
			w.changed = nil
		}
	}
}

// Busy is how many connections are being served.
func (w *Watch) Busy() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.busy)
}

// Wait returns when no connection is being served, or ctx ends. It is called when none is accepted any more.
func (w *Watch) Wait(ctx context.Context) error {
	for {
		w.mu.Lock()
		if len(w.busy) == 0 {
			w.mu.Unlock()
			return nil
		}
		if w.changed == nil {
			w.changed = make(chan struct{})
		}
		changed := w.changed
		w.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

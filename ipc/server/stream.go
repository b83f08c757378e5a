package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"unitd/ipc/protocol"
)

// begin turns the answer into server-sent events. It is called with the first event, so that an error
// before that is an ordinary problem.
func (x *exchange) begin() {
	x.events = true
	x.w.Header().Set("Content-Type", "text/event-stream")
	x.w.Header().Set("Cache-Control", "no-store")
	x.w.WriteHeader(http.StatusOK)
}

// send writes one event. It fails when the caller is gone, or does not read for x.patience.
func (x *exchange) send(name string, document any) error {
	if !x.events {
		x.begin()
	}
	text, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("write event %s: %w", name, err)
	}
	controller := http.NewResponseController(x.w)
	now := time.Now()
	leaves := now.Sub(x.flushed) >= x.pace
	if leaves {
		x.flushed = now
		if err := controller.SetWriteDeadline(now.Add(x.patience)); err != nil {
			return fmt.Errorf("write event %s: %w", name, err)
		}
	}
	if _, err := fmt.Fprintf(x.w, "event: %s\ndata: %s\n\n", name, text); err != nil {
		return fmt.Errorf("write event %s: %w", name, err)
	}
	if !leaves {
		return nil // it does with a later one, when the buffer is full, or at the end of the answer
	}
	return controller.Flush()
}

// finish ends a stream whose source has ended with err. The event "end" tells the caller that nothing was
// cut off, and "again" to ask again, since the manager executes another program; a stream without either broke.
func (x *exchange) finish(err error) error { return x.finishAt("", err) }

// finishAt is finish for a stream that goes on at a cursor.
func (x *exchange) finishAt(cursor string, err error) error {
	switch {
	case x.context().Err() != nil:
		if x.server.moving.Load() {
			return x.send("again", protocol.Again{Cursor: cursor})
		}
		// The caller has gone, or the server ends: there is nobody to tell.
		if !x.events {
			return errors.New("the manager is ending")
		}
		return nil
	case err != nil:
		return err
	}
	return x.send("end", struct{}{})
}

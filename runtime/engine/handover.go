package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"unitd/units"
)

// A manager that executes another program in its own process hands its state over: all of it, of an instant at which
// nothing is on its way between loop and executor, so that what follows is known to the state already.

// handOverPause is between two looks at what is on its way.
const handOverPause = time.Millisecond

// errBusy says that the state could not be recorded as a whole.
var errBusy = errors.New("units are being changed all the time")

// HandOver calls f in the loop, with the whole state, once idle reports that the executor has nothing to do and no event
// waits. After patience f is called all the same: what is lost then is what a killed manager loses. While f runs nothing
// is decided. Where f returns, the loop goes on.
func (e *Engine) HandOver(ctx context.Context, idle func() bool, patience time.Duration, f func(saved []byte) error) error {
	var failure error
	err := e.Call(ctx, func(*Model) {
		var text []byte
		if text, failure = e.rest(idle, patience); failure == nil {
			failure = f(text)
		}
	})
	return errors.Join(err, failure)
}

// rest waits until nothing is on its way, and encodes the state.
func (e *Engine) rest(idle func() bool, patience time.Duration) ([]byte, error) {
	for deadline := time.Now().Add(patience); ; <-time.After(handOverPause) {
		moved := e.takeInbox()
		e.runJobs()
		late := time.Now().After(deadline)
		if !late && (moved || !idle() || len(e.inbox) > 0) {
			continue
		}
		if text, err := e.whole(); err == nil || late {
			return text, err
		}
	}
}

// takeInbox does what the loop does with the events that wait, and reports whether there were any.
func (e *Engine) takeInbox() (any bool) {
	for {
		select {
		case m := <-e.inbox:
			e.step(m.unit, m.event)
			any = true
		default:
			return any
		}
	}
}

// whole encodes all of the state, jobs that have ended included.
func (e *Engine) whole() ([]byte, error) {
	saved := e.instant()
	saved.Jobs, saved.Whole = &e.jobs, true
	saved.Units = make(map[units.ID]SavedUnit, len(e.units))
	var busy []string
	for id, u := range e.units {
		held, ok := e.config.Executor.Held(id)
		if !ok {
			busy = append(busy, string(id))
		}
		saved.Units[id] = SavedUnit{State: u, Held: held}
	}
	if len(busy) > 0 {
		return nil, fmt.Errorf("%w: %s", errBusy, strings.Join(busy, ", "))
	}
	return json.Marshal(saved)
}

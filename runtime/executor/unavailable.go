package executor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/socket"
	"unitd/runtime/unavailable"
	"unitd/units"
)

// How long the manager's own socket is served after clients go to workers again: until the handshakes that were
// under way have ended (tcp(7): tcp_synack_retries), which takes a minute where packets are lost. Unix sockets have
// none. To wait for them costs nothing.
const (
	lateHandshakes = time.Minute
	lateConnects   = time.Second
)

// answering is a goroutine that answers who comes from one source.
type answering struct {
	answer atomic.Pointer[unavailable.Answer]
	ctx    context.Context
	end    context.CancelFunc
	ending *time.Timer // ends it; nil: nothing does. Guarded by the holding's mu
}

// answer keeps clients from workers and answers them, those too who wait in queues that nobody serves.
func (x *Executor) answer(h *holding, def *units.Unit, a lifecycle.Action) {
	answer, trouble := x.answerOf(a.Unavailable)
	ev := lifecycle.Event{Kind: lifecycle.Diverted, OK: true}
	proxied := h.answerRequests(answer)
	if !proxied {
		if err := x.divert(h, answer); err != nil {
			ev.OK = false
			trouble = errors.Join(trouble, err)
		}
	}
	if trouble != nil {
		x.config.Logger.Warn("answer clients", "unit", def.ID, "error", trouble)
		ev.Err = trouble.Error()
	}
	x.report(def.ID, ev)
	if proxied {
		return
	}
	x.answerWaiting(h, a.Slots, answer)
	x.handOn(h)
}

// divert has new connections come to the manager. What is in the way at one listener does not keep it from others.
func (x *Executor) divert(h *holding, answer *unavailable.Answer) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answer = answer
	var errs []error
	for _, l := range h.listeners {
		source, err := l.divert()
		if err != nil {
			errs = append(errs, err)
			continue
		}
		x.answerFrom(h, source, answer)
	}
	return errors.Join(errs...)
}

// answerOf is what a block says; without its page where that cannot be read.
func (x *Executor) answerOf(u *units.Unavailable) (*unavailable.Answer, error) {
	if u.Page == "" {
		return unavailable.NewAnswer(u.Status, u.RetryAfter, unavailable.Page{}), nil
	}
	body, err := x.config.ReadPage(u.Page)
	if err != nil {
		err = fmt.Errorf("a plain page is sent, since page %s %w", u.Page, err)
		return unavailable.NewAnswer(u.Status, u.RetryAfter, unavailable.Page{}), err
	}
	return unavailable.NewAnswer(u.Status, u.RetryAfter, unavailable.Page{Name: filepath.Base(u.Page), Body: body}), nil
}

// answerFrom answers who comes from a source. h.mu is held.
func (x *Executor) answerFrom(h *holding, source unavailable.Source, answer *unavailable.Answer) {
	if loop := h.loops[source]; loop != nil && loop.ctx.Err() == nil {
		loop.answer.Store(answer)
		loop.ending = nil
		return
	}
	loop := &answering{}
	loop.ctx, loop.end = context.WithCancel(x.ctx)
	loop.answer.Store(answer)
	h.loops[source] = loop
	x.beside.Go(func() {
		x.stead.Serve(loop.ctx, source, loop.answer.Load)
		loop.end()
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.loops[source] == loop {
			delete(h.loops, source)
			closeDiverted(source)
		}
	})
}

// endLater ends a goroutine that answers, unless clients are to be answered again by then. h.mu is held.
func (h *holding) endLater(loop *answering, late time.Duration) {
	var timer *time.Timer
	timer = time.AfterFunc(late, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if loop.ending == timer {
			loop.end()
		}
	})
	loop.ending = timer
}

// closeDiverted closes the socket that has stood in for a Unix socket. A group closes its own.
func closeDiverted(source unavailable.Source) {
	if own, ok := source.(*net.UnixListener); ok {
		_ = own.Close() // fails only if it is closed already
	}
}

// admit lets clients go to workers again.
func (x *Executor) admit(h *holding, def *units.Unit) {
	ev := lifecycle.Event{Kind: lifecycle.Diverted}
	if h.answerRequests(nil) {
		x.report(def.ID, ev)
		return
	}
	h.mu.Lock()
	h.answer = nil
	for _, l := range h.listeners {
		if err := l.admit(); err != nil {
			x.config.Logger.Error("let clients go to workers", "unit", def.ID, "error", err)
			ev.Err = err.Error()
		}
	}
	for source, loop := range h.loops {
		late := lateHandshakes
		if isUnix(source) {
			late = lateConnects
		}
		h.endLater(loop, late)
	}
	h.mu.Unlock()
	x.report(def.ID, ev)
	x.handOn(h)
}

func isUnix(source unavailable.Source) bool {
	_, ok := source.(*net.UnixListener)
	return ok
}

// forgetAnswer makes a listener that goes to another unit one that nobody has diverted. h.mu is held.
func (h *holding) forgetAnswer(l listener) {
	if h.answer == nil {
		return
	}
	if l.group != nil {
		if loop := h.loops[l.group.Own()]; loop != nil {
			loop.end()
		}
		_ = l.group.Steer([]int{0}) // fails only if it is closed
		return
	}
	_ = l.single.Restore() // as above; who answered in its place ends with its unit
}

// answerNow is what clients get at present; nil: they go to workers.
func (h *holding) answerNow() *unavailable.Answer {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.answer
}

// answerWaiting answers who waits in queues that nobody serves, although a worker may be about to. It takes no more
// than waited when it looked: the worker's own checks come through the same queue.
func (x *Executor) answerWaiting(h *holding, served []int, answer *unavailable.Answer) {
	h.mu.Lock()
	listeners := slices.Clone(h.listeners)
	h.mu.Unlock()
	x.beside.Go(func() {
		for _, l := range listeners {
			switch {
			case l.shared() && len(served) > 0:
			case l.group == nil:
				x.answerEach(h, l.single.Accept, l.spec.Backlog, answer)
			default:
				for slot := range l.group.Slots() {
					if l.shared() || !slices.Contains(served, slot) {
						x.answerSlot(h, l.group, slot, answer)
					}
				}
			}
		}
	})
}

// answerSlot answers who waits in a slot.
func (x *Executor) answerSlot(h *holding, g *socket.Group, slot int, answer *unavailable.Answer) {
	waiting, _, err := g.Queue(slot)
	if err != nil || waiting == 0 {
		return
	}
	x.answerEach(h, func() (net.Conn, error) { return g.Accept(slot) }, waiting, answer)
}

// Where nobody can be accepted for a while, since no descriptor is free, it is tried again, at first so soon, and later
// so late.
const (
	firstAccept = 10 * time.Millisecond
	lastAccept  = time.Second
)

// answerEach answers who is accepted, at most so many, as long as that is what clients get.
func (x *Executor) answerEach(h *holding, accept func() (net.Conn, error), most int, answer *unavailable.Answer) {
	pause := firstAccept
	for most > 0 && x.ctx.Err() == nil {
		conn, err := accept()
		switch {
		case err == nil:
			x.stead.Answer(conn, answer)
			most, pause = most-1, firstAccept
			continue
		case errors.Is(err, socket.ErrNoneWaits):
			return
		case !socket.IsPassing(err) || h.answerNow() != answer:
			x.config.Logger.Warn("answer who waits", "unit", h.unit, "error", err)
			return
		case pause == firstAccept:
			x.config.Logger.Warn("answer who waits; tried again", "unit", h.unit, "error", err)
		}
		select {
		case <-time.After(pause):
		case <-x.ctx.Done():
		}
		pause = min(2*pause, lastAccept)
	}
}

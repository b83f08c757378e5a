package executor

import (
	"time"

	"unitd/policy/lifecycle"
)

// All that programs say reaches policy one after the other. A program that says too much is told of less often, with
// what it has said meanwhile merged: what it says last still counts, and others do not wait for it.

const (
	freely   = 20                    // events of a run that are told as they come,
	interval = 50 * time.Millisecond // one more each time that this has passed
	mostHeld = 16                    // that are held back until it has
)

// mailbox holds back what a program says too often. Executor.telling guards it.
type mailbox struct {
	credit int
	since  time.Time // up to when that is reckoned
	held   []lifecycle.Event
}

// admit reports an event that may be told at once.
func (b *mailbox) admit(now time.Time) bool {
	if len(b.held) > 0 {
		return false
	}
	if earned := now.Sub(b.since) / interval; earned > 0 {
		b.credit, b.since = min(b.credit+int(min(earned, freely)), freely), now
	}
	if b.credit == 0 {
		return false
	}
	b.credit--
	return true
}

// hold keeps an event for later, and reports whether there was room.
func (b *mailbox) hold(ev lifecycle.Event) bool {
	if n := len(b.held); n > 0 && ev.Kind == lifecycle.Notified && b.held[n-1].Kind == lifecycle.Notified {
		if both, ok := b.held[n-1].Notice.Then(ev.Notice); ok {
			b.held[n-1].Notice = both
			return true
		}
	}
	if len(b.held) >= mostHeld {
		return false
	}
	b.held = append(b.held, ev)
	return true
}

// say takes what a program says to policy, now or soon.
func (x *Executor) say(r *run, ev lifecycle.Event) {
	x.telling.Lock()
	defer x.telling.Unlock()
	if r.mail.admit(time.Now()) {
		x.tellChanged(r.owner())
		x.report(r.unit, ev)
		return
	}
	if !r.mail.hold(ev) {
		x.once(r, "too much", "drop some of what a program says: it says too much")
		x.pass(ev.Barrier)
		return
	}
	x.tellSoon()
	x.saying[r] = true
}

// tellSoon comes before something is held back.
func (x *Executor) tellSoon() {
	if len(x.saying) == 0 && len(x.changed) == 0 {
		time.AfterFunc(interval, x.tellHeld)
	}
}

// tellHeld tells all that is held back.
func (x *Executor) tellHeld() {
	x.telling.Lock()
	defer x.telling.Unlock()
	for r := range x.saying {
		x.tell(r)
	}
	for owner := range x.changed {
		x.tellChanged(owner)
	}
}

// tellHeldOf tells what is held back of one run, since something follows that must not come before it.
func (x *Executor) tellHeldOf(r *run) {
	x.telling.Lock()
	defer x.telling.Unlock()
	x.tell(r)
}

func (x *Executor) tell(r *run) {
	x.tellChanged(r.owner())
	for _, ev := range r.mail.held {
		x.report(r.unit, ev)
	}
	r.mail.held = nil
	delete(x.saying, r)
}

// HearBy says how to read what waits in the notify socket, which is done before ends of main processes are taken in:
// what a program has said must be heard before its end. It is called before anything runs.
func (x *Executor) HearBy(read func()) {
	x.hear = read
	x.trees.Before(func(ended []uint64) {
		read()
		x.findSuccessors(ended)
	})
	x.showNotifySocket()
}

// Hear has everything reported that programs have said, and what happened before this manager lived, and then calls done:
// what had ended by then has not overrun its time since. It does not block.
func (x *Executor) Hear(done func()) {
	x.beside.Go(func() {
		select {
		case <-x.told:
		case <-x.ctx.Done():
		}
		x.hear()
		x.tellHeld()
		done()
	})
}

package alert

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Letter is something to be told.
type Letter struct {
	Key uint64
	// Lane names the place that it goes to. Letters of one lane are told one after the other, in their order.
	Lane string
}

// Bounds of an Outbox.
const (
	MaxLetters = 100 // that wait; one more puts the oldest out
	atOnce     = 4   // lanes that are being told
)

// pauses are those before a letter is tried again: after the last one it is given up.
var pauses = []time.Duration{2 * time.Second, 10 * time.Second, 30 * time.Second}

// Attempts is how often a letter is tried.
const Attempts = 4

// ErrFull says that a letter was put out by newer ones.
var ErrFull = errors.New("more than 100 alerts wait to be sent")

// Config is what an Outbox needs.
type Config struct {
	// Deliver tries once to tell. It must end soon after ctx has. An error that is a *Refusal is final.
	Deliver func(ctx context.Context, letter Letter) error
	// Ended is told what came of a letter: nil, or why it was given up; never by who puts one, who may hold what it needs. It may
	// wait for a disk, but not for long.
	Ended func(letter Letter, attempts int, err error)
}

// Outbox tells letters. Its methods may be called from any goroutine and do not wait, but for Close.
type Outbox struct {
	config Config
	ctx    context.Context
	cancel context.CancelFunc

	mu      sync.Mutex
	queue   []*waiting
	out     []*waiting // were put out by newer ones, which is still to be told
	telling bool       // a goroutine does that
	busy    int        // letters that are being told
	timer   *time.Timer
	closed  bool
	idle    chan struct{} // closed when nothing is being told any more; nil: nobody asks
	tried   sync.WaitGroup
}

// waiting is a letter that has not been told yet.
type waiting struct {
	letter   Letter
	attempts int
	due      time.Time // not to be tried before
	now      bool      // it is being tried
}

// New makes an outbox that is empty.
func New(config Config) *Outbox {
	o := &Outbox{config: config}
	o.ctx, o.cancel = context.WithCancel(context.Background())
	return o
}

// Put takes a letter. Where too many wait the oldest that is not just being tried is given up.
func (o *Outbox) Put(letter Letter) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return // it is for the next manager
	}
	if len(o.queue) >= MaxLetters {
		if i := slices.IndexFunc(o.queue, func(w *waiting) bool { return !w.now }); i >= 0 {
			o.out = append(o.out, o.queue[i])
			o.queue = slices.Delete(o.queue, i, i+1)
		}
	}
	o.queue = append(o.queue, &waiting{letter: letter})
	o.dispatch()
	if len(o.out) > 0 && !o.telling {
		o.telling = true
		o.tried.Go(o.giveUp)
	}
}

// giveUp tells of the letters that were put out.
func (o *Outbox) giveUp() {
	for {
		o.mu.Lock()
		out := o.out
		o.out, o.telling = nil, len(out) > 0
		o.mu.Unlock()
		if len(out) == 0 {
			return
		}
		for _, w := range out {
			o.config.Ended(w.letter, w.attempts, ErrFull)
		}
	}
}

// dispatch begins to tell what may be told now, and sets the timer for what may be told later. It is called with the
// lock held.
func (o *Outbox) dispatch() {
	if o.closed {
		return
	}
	var next time.Time
	lanes := map[string]bool{}
	for _, w := range o.queue {
		behind := lanes[w.letter.Lane]
		lanes[w.letter.Lane] = true
		wait := time.Until(w.due)
		switch {
		case behind || w.now:
		case wait > 0:
			if next.IsZero() || w.due.Before(next) {
				next = w.due
			}
		case o.busy < atOnce:
			w.now = true
			o.busy++
			o.tried.Go(func() { o.try(w) })
		}
	}
	if o.timer != nil {
		o.timer.Stop()
		o.timer = nil
	}
	if !next.IsZero() {
		o.timer = time.AfterFunc(time.Until(next), func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.dispatch()
		})
	}
}

// try tells a letter once.
func (o *Outbox) try(w *waiting) {
	err := o.config.Deliver(o.ctx, w.letter)
	o.mu.Lock()
	w.attempts++
	o.busy--
	over := err == nil || final(err) || w.attempts == Attempts
	if o.ctx.Err() != nil && err != nil {
		over = false // it is cut off, and left for the next manager
	}
	if !over {
		w.now = false
		w.due = time.Now().Add(max(pauses[min(w.attempts, len(pauses))-1], after(err)))
		o.dispatch()
		o.settle()
		o.mu.Unlock()
		return
	}
	o.mu.Unlock()
	o.config.Ended(w.letter, w.attempts, err) // before the next of its lane is begun
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queue = slices.DeleteFunc(o.queue, func(other *waiting) bool { return other == w })
	o.dispatch()
	o.settle()
}

// settle answers Close once nothing is being told, after a dispatch: what waits then waits for its time.
func (o *Outbox) settle() {
	if o.busy == 0 && o.idle != nil {
		close(o.idle)
		o.idle = nil
	}
}

// Waiting is how many letters are not told yet.
func (o *Outbox) Waiting() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.queue)
}

// Close waits until nothing is being told, but no longer than until ctx ends, and then cuts that off. When it has returned
// nothing is told any more. What is left, as what waits to be tried again, was not given up: Ended was not told of it.
func (o *Outbox) Close(ctx context.Context) {
	o.mu.Lock()
	idle := make(chan struct{})
	o.idle = idle
	o.settle()
	o.mu.Unlock()
	select {
	case <-idle:
	case <-ctx.Done():
	}
	o.mu.Lock()
	o.closed = true
	if o.timer != nil {
		o.timer.Stop()
	}
	o.mu.Unlock()
	o.cancel()
	o.tried.Wait()
}

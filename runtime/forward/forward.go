package forward

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Entry is a line to be passed on.
type Entry struct {
	Unit   string // as people call it: "app.api", "pool.api/2"
	Tag    string // the same, of characters that are plain in every log
	Stream string
	At     time.Time
	Text   string
}

// The logs of a host.
const (
	Journald = "journald"
	Syslog   = "syslog"
)

// Config is what a Forwarder works with.
type Config struct {
	SyslogSocket string // "": where it is on every host
	Logger       *slog.Logger
}

// Forwarder passes lines on. Its methods may be called from any goroutine, and none waits but Close.
type Forwarder struct {
	logger  *slog.Logger
	outlets map[string]*outlet
	sending sync.WaitGroup
}

// deliverer hands one entry to a log of the host. It may wait, but not for ever where it can help it.
type deliverer interface {
	deliver(Entry) error
	missing() string
	close()
}

// New makes a Forwarder that has no connection yet.
func New(config Config) *Forwarder {
	f := &Forwarder{logger: config.Logger, outlets: map[string]*outlet{}}
	for name, to := range map[string]deliverer{
		Journald: journald{}, Syslog: newSyslog(config.SyslogSocket),
	} {
		f.outlets[name] = &outlet{name: name, to: to, forwarder: f}
	}
	return f
}

// Send passes a line on to one of the logs.
func (f *Forwarder) Send(to string, e Entry) {
	if o := f.outlets[to]; o != nil {
		o.enter(e)
	}
}

// Missing says why lines do not get to a log of the host; "": they do, as far as is known.
func (f *Forwarder) Missing(to string) string {
	o := f.outlets[to]
	if o == nil {
		return "there is no such log"
	}
	if why := o.to.missing(); why != "" {
		return why
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.why != nil && time.Since(o.last) < toldEvery {
		return o.why.Error()
	}
	return ""
}

// Close waits for that long at most until the queues are empty; what is left then is dropped, and told.
func (f *Forwarder) Close(patience time.Duration) {
	done := make(chan struct{})
	go func() { f.sending.Wait(); close(done) }()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
	for _, o := range f.outlets {
		o.end()
		o.to.close()
	}
}

// outlet is one of the logs, with what waits for it.
type outlet struct {
	name      string
	to        deliverer
	forwarder *Forwarder

	mu      sync.Mutex
	queue   []Entry
	bytes   int
	busy    bool // a goroutine works the queue off
	closed  bool
	dropped int         // and not told yet
	rest    *time.Timer // tells these; nil: the next one is told at once
	why     error       // the last one was dropped
	last    time.Time   // and when
}

// The bounds of a queue.
const (
	mostEntries = 4096
	mostBytes   = 1 << 20
)

func (o *outlet) enter(e Entry) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	if len(o.queue) >= mostEntries || o.bytes+len(e.Text) > mostBytes {
		o.drop(fmt.Errorf("%s does not take more", o.name))
		return
	}
	o.queue = append(o.queue, e)
	o.bytes += len(e.Text)
	if !o.busy {
		o.busy = true
		o.forwarder.sending.Go(o.work)
	}
}

// work delivers what is in the queue.
func (o *outlet) work() {
	for {
		o.mu.Lock()
		if len(o.queue) == 0 || o.closed {
			o.queue, o.bytes, o.busy = nil, 0, false
			o.mu.Unlock()
			return
		}
		e := o.queue[0]
		o.queue = o.queue[1:]
		o.bytes -= len(e.Text)
		o.mu.Unlock()
		if err := o.to.deliver(e); err != nil {
			o.mu.Lock()
			o.drop(err)
			o.mu.Unlock()
		}
	}
}

// toldEvery is how often it is said that lines were dropped.
const toldEvery = time.Minute

// drop counts a line that does not get there. It holds mu.
func (o *outlet) drop(why error) {
	o.dropped++
	o.why, o.last = why, time.Now()
	if o.rest == nil {
		o.tell()
	}
}

// tell says how many lines were dropped, and does so again when there are more by then. It holds mu.
func (o *outlet) tell() {
	o.rest = nil
	if o.dropped == 0 {
		return
	}
	o.forwarder.logger.Warn("lines are not forwarded", "to", o.name, "dropped", o.dropped, "error", o.why)
	o.dropped = 0
	if !o.closed {
		o.rest = time.AfterFunc(toldEvery, func() {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.tell()
		})
	}
}

// end has nothing delivered any more, and says what was dropped.
func (o *outlet) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.dropped += len(o.queue)
	if len(o.queue) > 0 {
		o.why = errors.New("there was no time left for them")
	}
	o.queue, o.bytes = nil, 0
	if o.rest != nil {
		o.rest.Stop()
	}
	o.tell()
}

package proxy

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"
)

// again is the wait until workers that could not be reached are tried once more.
const again = 100 * time.Millisecond

// Why a request has no worker.
var (
	errInstead   = errors.New("requests are answered in the stead of workers")
	errUnreached = errors.New("no worker can be reached")
	errRefused   = errors.New("the pool stops")
)

// Steer gives new requests to these workers only. With none they wait for one.
func (p *Proxy) Steer(workers []*Worker) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.steered = slices.Clone(workers)
	p.refuses = p.refuses && len(workers) == 0
	p.tell()
}

// Refuse turns new requests away, and those that wait for a worker, until Steer names one. What workers have goes on,
// and is the last that its clients get here.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuses = true
	p.tell()
}

func (p *Proxy) isRefusing() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refuses
}

// Answer has a handler answer new requests, and those that wait for a worker, until Admit. What workers have goes on.
func (p *Proxy) Answer(stead http.Handler) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stead = stead
	p.tell()
}

// Admit lets requests go to workers again.
func (p *Proxy) Admit() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stead = nil
}

// tell wakes those who wait. It is called with p.mu held.
func (p *Proxy) tell() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// search is what a request has gone through to find a worker.
type search struct {
	begun time.Time
	// tried are the workers that have failed it, the last one when it says. One that dies may look alive for a moment:
	// some of its connections are cut before others.
	tried []*Worker
	last  time.Time
}

// fail notes that a worker has failed.
func (s *search) fail(w *Worker) { s.tried, s.last = append(s.tried, w), time.Now() }

// assign gives a request to the least busy worker, waiting for one where there is none. Those that have failed it come
// again after a while.
func (p *Proxy) assign(ctx context.Context, s *search) (*Worker, error) {
	for {
		now := time.Now()
		if now.Sub(s.last) >= again {
			s.tried = nil
		}
		p.mu.Lock()
		w, err := p.find(s.tried, now)
		changed, none := p.changed, len(p.steered) == 0
		p.mu.Unlock()
		if w != nil || err != nil {
			return w, err
		}
		// With nobody steered to it is not for the proxy to say how long that may take.
		soon := time.Duration(0)
		if !none {
			if now.Sub(s.begun) >= p.config.Patience {
				return nil, errUnreached
			}
			soon = again
		}
		if err := wait(ctx, changed, soon); err != nil {
			return nil, err
		}
	}
}

// wait waits for a change, or for as long as d, where that is not 0.
func wait(ctx context.Context, changed <-chan struct{}, d time.Duration) error {
	var over <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
	case <-over:
	}
	return nil
}

// find takes the worker that gets a request; nil: there is none just now. It is called with p.mu held.
func (p *Proxy) find(tried []*Worker, now time.Time) (*Worker, error) {
	switch {
	case p.stead != nil:
		return nil, errInstead
	case p.refuses:
		return nil, errRefused
	}
	w := p.choose(tried, now)
	if w != nil {
		w.take(now)
	}
	return w, nil
}

// choose finds the least busy of the workers steered to, one after the other where several are. One that answers
// nobody comes last: it may be hung, and others should not wait with it.
func (p *Proxy) choose(tried []*Worker, now time.Time) *Worker {
	var best *Worker
	bestSilent := false
	p.next++
	for i := range p.steered {
		w := p.steered[(p.next+i)%len(p.steered)]
		if w.leaving || slices.Contains(tried, w) {
			continue
		}
		silent := w.silent(now)
		if best == nil || bestSilent && !silent || bestSilent == silent && w.busy < best.busy {
			best, bestSilent = w, silent
		}
	}
	return best
}

// instead is the handler that answers in the stead of workers; nil: they do again.
func (p *Proxy) instead() http.Handler {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stead
}

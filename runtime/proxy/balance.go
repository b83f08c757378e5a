package proxy

import (
	"context"
	"errors"
	"slices"
	"time"
)

// again is the wait until workers that could not be reached are tried once more.
const again = 100 * time.Millisecond

// errNoWorker says that no worker became ready in time.
var errNoWorker = errors.New("no worker is ready")

// assign gives a request to the least busy worker, waiting for one where there is none. Those tried already come only
// after a while, or when other workers are steered to.
func (p *Proxy) assign(ctx context.Context, begun time.Time, tried []*Worker) (*Worker, error) {
	now := time.Now()
	for {
		p.mu.Lock()
		w := p.choose(tried, now)
		if w != nil {
			w.take(now)
			p.mu.Unlock()
			return w, nil
		}
		from, changed := p.without, p.changed
		p.mu.Unlock()
		if from.IsZero() {
			from = begun
		}
		left := from.Add(p.config.Patience).Sub(now)
		if left <= 0 {
			return nil, errNoWorker
		}
		if len(tried) > 0 {
			left = min(left, again)
		}
		pause := time.NewTimer(left)
		select {
		case <-ctx.Done():
			pause.Stop()
			return nil, ctx.Err()
		case <-changed:
			pause.Stop()
		case <-pause.C:
		}
		now, tried = time.Now(), nil
	}
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

package proxy

import (
	"context"
	"net"
	"time"
)

// Dial connects to a worker. It fails where somebody else listens at the worker's address.
type Dial func(context.Context) (net.Conn, error)

// Bounds of the connections to workers.
const (
	// idleTime is how long a connection to a worker may be idle and be used again. Programs close idle ones
	// themselves (gunicorn after 2 s, Node and uvicorn after 5), and a request that meets that is lost.
	idleTime = time.Second
	// dialTime bounds a connect, which waits only where the accept queue of the worker is full.
	dialTime = 5 * time.Second
	// silence is how long a worker that is counted as waiting for may have answered nobody before others are preferred.
	silence = 2 * time.Second
)

// Worker is one run of a worker, from the time that it listens.
type Worker struct {
	proxy *Proxy
	dial  Dial

	// Guarded by proxy.mu.
	busy     int       // requests that it has, upgraded connections included
	unheard  int       // those of them whose answer has not begun
	heard    time.Time // when an answer began last, or the first unheard request came
	idle     []*link   // the one used last comes last
	links    map[*link]struct{}
	served   int
	limit    int // 0: none
	worn     func(served int)
	within   time.Duration // 0: it may take as long as it likes
	hung     func()
	leaving  bool          // it gets no more requests
	sweeping bool          // a timer looks after idle links
	quiet    chan struct{} // closed when it leaves and is busy no more
}

// NewWorker is a worker reached by dial. It gets requests once Steer names it.
func (p *Proxy) NewWorker(dial Dial) *Worker {
	return &Worker{proxy: p, dial: dial, links: map[*link]struct{}{}, quiet: make(chan struct{})}
}

// Watch calls hung, once, when a request has waited for the first byte of its answer for that long.
func (w *Worker) Watch(within time.Duration, hung func()) {
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	w.within, w.hung = within, hung
}

// Limit calls worn, once, when the worker has been given that many requests since it was made.
func (w *Worker) Limit(requests int, worn func(served int)) {
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	w.limit, w.worn = requests, worn
}

// Drain waits until every request that the worker has is answered, and every upgraded connection closed; when ctx
// ends it cuts those that are left. It gets no more requests.
func (w *Worker) Drain(ctx context.Context) {
	w.Leave()
	select {
	case <-w.quiet:
	case <-ctx.Done():
		w.Close()
	}
}

// Leave takes the worker out of the rotation; what it has goes on.
func (w *Worker) Leave() {
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	if w.leaving {
		return
	}
	w.leaving = true
	for _, l := range w.idle {
		l.close()
	}
	w.idle = nil
	w.rest()
}

// Close is for a worker that is gone, or shall be: its connections are cut.
func (w *Worker) Close() {
	w.Leave()
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	for l := range w.links {
		l.conn.Close()
	}
}

// rest tells who drains the worker that it has nothing more to do.
func (w *Worker) rest() {
	if w.leaving && w.busy == 0 {
		select {
		case <-w.quiet:
		default:
			close(w.quiet)
		}
	}
}

// take gives the worker a request. It is called with proxy.mu held.
func (w *Worker) take(now time.Time) {
	if w.unheard == 0 {
		w.heard = now
	}
	w.busy++
	w.unheard++
}

// count counts a request that is about to be sent, and reports the last that the worker should get.
func (w *Worker) count() {
	w.proxy.mu.Lock()
	w.served++
	worn := w.worn
	served := w.served
	if w.limit == 0 || served < w.limit {
		worn = nil
	} else {
		w.worn = nil
	}
	w.proxy.mu.Unlock()
	if worn != nil {
		worn(served)
	}
}

// hear notes that an answer has begun, or never will.
func (w *Worker) hear() {
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	w.unheard--
	w.heard = time.Now()
}

// drop is the end of a request that the worker had.
func (w *Worker) drop() {
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	w.busy--
	w.rest()
}

// patience is how long a request may wait for the first byte of its answer; 0: for ever.
func (w *Worker) patience() time.Duration {
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	return w.within
}

// isHung reports that a request has waited in vain.
func (w *Worker) isHung() {
	w.proxy.mu.Lock()
	hung := w.hung
	w.hung = nil
	w.proxy.mu.Unlock()
	if hung != nil {
		hung()
	}
}

// silent reports a worker that has not answered anybody for some time although somebody waits.
func (w *Worker) silent(now time.Time) bool {
	return w.unheard > 0 && now.Sub(w.heard) > silence
}

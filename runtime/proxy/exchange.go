package proxy

import (
	"context"
	"errors"
	"net/http"
	"os"
	"sync"
	"time"
)

// exchange is one request on one link, from its first byte to the last of the answer.
type exchange struct {
	link    *link
	request *http.Request
	upload  *upload       // nil: no body
	within  time.Duration // for the first byte of the answer; 0: however long it takes
	stop    func() bool   // ends the watch over the client
	sent    chan struct{} // closed when a streamed body is no longer being sent; nil: none is streamed

	mu      sync.Mutex
	sending bool  // a body is being streamed
	waiting bool  // for the first byte of an answer
	failed  error // to send the body
}

// begin sends the request and waits for the head of the answer, whose body then owns the link. After a failure the
// link is closed.
func (l *link) begin(r *http.Request, u *upload) (*http.Response, *failure) {
	x := &exchange{link: l, request: r, upload: u, within: l.worker.patience()}
	x.stop = context.AfterFunc(r.Context(), func() { l.conn.Close() })
	l.from.left = maxAnswerHeadBytes
	before := l.to.n
	answer, err := x.ask()
	l.worker.hear()
	if err == nil {
		return answer, nil
	}
	f := &failure{err: err, sent: l.to.n > before, heard: l.from.left < maxAnswerHeadBytes}
	f.hung = !f.heard && errors.Is(err, os.ErrDeadlineExceeded)
	x.end(false)
	return nil, f
}

// ask sends the request, a streamed body beside, and reads the head of the answer.
func (x *exchange) ask() (*http.Response, error) {
	l, u := x.link, x.upload
	err := writeHead(l.w, x.request, u)
	if err == nil && u != nil && u.kept != nil {
		_, err = l.w.Write(u.kept)
	}
	if err == nil {
		err = l.w.Flush()
	}
	if err != nil {
		return nil, err
	}
	if u != nil && u.kept == nil {
		if u.expects() {
			if answer, err := x.await100(); answer != nil || err != nil {
				return answer, err
			}
		}
		x.stream()
	}
	answer, err := x.head()
	if err != nil && u != nil {
		if failure := u.failure.Load(); failure != nil {
			return nil, failure // the worker could not have answered
		}
	}
	return answer, err
}

// stream sends the body beside: the answer may begin before its end.
func (x *exchange) stream() {
	x.sending, x.sent = true, make(chan struct{})
	go func() {
		defer close(x.sent)
		err := x.link.sendBody(x.upload, x.within)
		if failure := (*uploadError)(nil); errors.As(err, &failure) {
			x.link.conn.Close() // without the rest there is no answer
		}
		x.mu.Lock()
		defer x.mu.Unlock()
		x.sending, x.failed = false, err
		switch {
		case !x.waiting:
		case errors.Is(err, os.ErrDeadlineExceeded): // the worker has not read for as long as it may not answer
			x.link.readUntil(longAgo)
		default: // it has all, or takes no more since it has answered already
			x.link.readUntil(deadline(x.within))
		}
	}()
}

// await begins the wait for the first byte of an answer. While the worker is still being told the question it may
// take its time.
func (x *exchange) await() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.waiting = true
	if !x.sending {
		x.link.readWithin(x.within)
		return
	}
	x.link.readUntil(time.Time{})
	x.link.from.limited = true
	x.link.readWithin(alone) // the end of the body is the beginning of that time
}

// begun ends that wait.
func (x *exchange) begun() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.waiting = false
	x.link.readWithin(answerTime)
}

// end is the end of the exchange. The link is used again if the answer was read to its end and the worker has no more
// to hear.
func (x *exchange) end(complete bool) {
	l := x.link
	if x.sent != nil && !x.sentAll(complete) {
		complete = false
	}
	if x.stop() && complete && l.r.Buffered() == 0 {
		l.keep()
	} else {
		l.discard()
	}
	l.worker.drop()
}

// sentAll waits for the end of a streamed body and reports whether the worker got all of it.
func (x *exchange) sentAll(answered bool) bool {
	if answered {
		x.linger()
	}
	select {
	case <-x.sent:
	default:
		x.link.conn.Close()
		x.upload.abort()
		<-x.sent
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.failed == nil
}

// linger lets a client that has its answer send the rest of its body.
func (x *exchange) linger() {
	select {
	case <-x.sent:
		return
	default:
	}
	pause := time.NewTimer(lingerTime)
	defer pause.Stop()
	select {
	case <-x.sent:
	case <-pause.C:
	}
}

package proxy

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// maxSendings bounds how many workers may get one and the same request: one that kills its worker shall not kill all.
const maxSendings = 3

// failure is a request that got no answer from a worker.
type failure struct {
	err   error
	sent  bool // something of it may have reached the worker
	heard bool // something of an answer came
	hung  bool // nothing came in the time that there was
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// RoundTrip gives a request to a worker, and to another one when that fails and it is safe: it was never sent, or
// may be sent twice (RFC 9110, 9.2.2) and nothing was answered; and its body can be sent from the beginning. A request
// that a worker left unanswered for too long is not sent again, since it may hang the next one too.
func (p *Proxy) RoundTrip(r *http.Request) (*http.Response, error) {
	u, _ := r.Body.(*upload)
	if u != nil {
		if err := u.keep(); err != nil {
			return nil, err
		}
		defer u.release()
	}
	ctx, search := r.Context(), search{begun: time.Now()}
	var last error
	for sendings := 0; ; {
		w, err := p.assign(ctx, &search)
		if err != nil {
			return nil, errors.Join(err, last)
		}
		l, err := w.link(ctx)
		if err != nil {
			w.hear()
			w.drop()
			search.fail(w)
			last = fmt.Errorf("connect to a worker: %w", err)
			continue
		}
		w.count()
		answer, f := l.begin(r, u)
		if f == nil {
			return answer, nil
		}
		if f.hung {
			w.isHung()
		}
		if f.sent {
			sendings++
		}
		if ctx.Err() != nil || sendings == maxSendings || !f.mayTryAgain(r, u) {
			return nil, f
		}
		last = f
		search.fail(w)
	}
}

// mayTryAgain reports a request that does no harm when it is sent to another worker.
func (f *failure) mayTryAgain(r *http.Request, u *upload) bool {
	if f.heard || f.hung || !u.again() {
		return false
	}
	return !f.sent || idempotent(r.Method)
}

// idempotent reports a method of which doing it twice is doing it once.
func idempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete:
		return true
	}
	return false
}

// failed answers a request that no worker did.
func (p *Proxy) failed(w http.ResponseWriter, r *http.Request, err error) {
	if r.Context().Err() != nil {
		return // the client is gone
	}
	var f *failure
	var cutShort *uploadError
	errors.As(err, &f)
	if stead := p.instead(); errors.Is(err, errInstead) && stead != nil {
		w.Header().Del("Content-Type")
		if u, ok := r.Body.(*upload); ok {
			u.swallow()
		}
		stead.ServeHTTP(w, r)
		return
	}
	status, text := http.StatusBadGateway, "the program ended before it had answered"
	switch {
	case errors.Is(err, errInstead) || errors.Is(err, errRefused):
		status, text = http.StatusServiceUnavailable, "the program is not there"
		w.Header().Set("Connection", "close")
	case errors.Is(err, errUnreached):
		text = "the program cannot be reached"
	case errors.As(err, &cutShort):
		status, text = http.StatusRequestTimeout, "the body did not arrive"
	case f != nil && f.hung:
		status, text = http.StatusGatewayTimeout, "the program did not answer in time"
	case f != nil && f.heard:
		text = "the program's answer is not HTTP"
	}
	p.failures.Warn(p.config.Logger, time.Now(), "request failed", "what", text, "method", r.Method, "path", r.URL.Path, "error", err)
	http.Error(w, text, status)
}

package proxy

import (
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http/httpguts"
)

const (
	// answerTime is how long a worker that has begun to answer, or an upgraded connection, may be silent.
	answerTime = 10 * time.Minute
	// continueTime is how long a client that expects 100 Continue waits for a worker that knows nothing of that.
	continueTime = time.Second
)

// errLongHead says that an answer is none.
var errLongHead = errors.New("the head of the answer is too long")

// head reads the head of the answer. Interim answers are passed on (RFC 9110, 15.2).
func (x *exchange) head() (*http.Response, error) {
	for {
		x.await()
		answer, err := x.next()
		if err != nil || !interim(answer) {
			return answer, err
		}
	}
}

// await100 asks a worker whether it wants the body; nil: it does, or does not say.
func (x *exchange) await100() (*http.Response, error) {
	x.link.readWithin(continueTime)
	if _, err := x.link.r.Peek(1); err != nil {
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return nil, nil //nolint:nilnil // as said
		}
		return nil, err
	}
	for {
		answer, err := x.next()
		switch {
		case err != nil || !interim(answer):
			return answer, err
		case answer.StatusCode == http.StatusContinue:
			return nil, nil //nolint:nilnil // as said
		}
	}
}

func interim(answer *http.Response) bool {
	return answer.StatusCode < 200 && answer.StatusCode != http.StatusSwitchingProtocols
}

// next reads the next head.
func (x *exchange) next() (*http.Response, error) {
	l := x.link
	if _, err := l.r.Peek(1); err != nil {
		return nil, err
	}
	x.begun()
	answer, err := http.ReadResponse(l.r, x.request)
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode == http.StatusSwitchingProtocols:
		return answer, x.upgrade(answer)
	case interim(answer):
		trace := httptrace.ContextClientTrace(x.request.Context())
		if trace != nil && trace.Got1xxResponse != nil {
			err = trace.Got1xxResponse(answer.StatusCode, textproto.MIMEHeader(answer.Header))
		}
		return answer, err
	}
	l.from.left = math.MaxInt64
	answer.Body = &answerBody{ReadCloser: answer.Body, exchange: x, last: answer.Close}
	return answer, nil
}

// answerBody is the body of an answer; its Close is the end of the exchange.
type answerBody struct {
	io.ReadCloser
	exchange *exchange
	last     bool // the worker closes the connection after it
	ended    bool
	closed   bool
}

func (b *answerBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		b.ended = true
	}
	return n, err
}

func (b *answerBody) Close() error {
	if !b.closed {
		b.closed = true
		b.exchange.end(b.ended && !b.last)
	}
	return nil
}

// upgrade makes a tunnel of the link.
func (x *exchange) upgrade(answer *http.Response) error {
	asked, given := x.request.Header.Get("Upgrade"), answer.Header.Get("Upgrade")
	// The reverse proxy would refuse it too, and leave the link open.
	if asked == "" || !strings.EqualFold(asked, given) || !httpguts.HeaderValuesContainsToken(answer.Header["Connection"], "upgrade") {
		return errors.New("the worker switches to a protocol that was not asked for")
	}
	x.link.from.left = math.MaxInt64
	answer.Body = &tunnel{exchange: x}
	return nil
}

// tunnel carries an upgraded connection. It is cut when both sides have been silent for answerTime.
type tunnel struct {
	exchange *exchange
	once     sync.Once
}

func (t *tunnel) Read(p []byte) (int, error) { return t.exchange.link.r.Read(p) }

func (t *tunnel) Write(p []byte) (int, error) {
	l := t.exchange.link
	l.readUntil(deadline(answerTime))
	l.writeWithin(clientTime)
	return l.conn.Write(p)
}

// CloseWrite tells the worker that the client has said all.
func (t *tunnel) CloseWrite() error {
	if half, ok := t.exchange.link.conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

func (t *tunnel) Close() error {
	t.once.Do(func() { t.exchange.end(false) })
	return nil
}

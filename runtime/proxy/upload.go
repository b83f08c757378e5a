package proxy

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// keepBytes is how large a body may be to be read whole before it is sent, so that it can be sent again.
const keepBytes = 16 << 10

// Bounds of what is read of a body after its answer, so that the client's connection can be used again, or at least
// the client reads the answer before it sees that its connection is closed.
const (
	lingerTime  = 500 * time.Millisecond
	lingerBytes = 256 << 10
)

// Bounds of what is read of a body that no worker gets.
const (
	swallowTime  = 10 * time.Second
	swallowBytes = 16 << 20
)

// longAgo is a deadline that ends what waits.
var longAgo = time.Unix(1, 0)

// upload is the body of a client's request on its way to a worker.
type upload struct {
	request *http.Request // as the server has it: its trailers come with the end of the body
	client  *client
	body    io.ReadCloser
	buffers *bufferPool
	kept    []byte // the whole body, in a buffer of copyBytes
	touched bool   // some of it was read and not kept
	ended   atomic.Bool
	failure atomic.Pointer[uploadError]
}

// uploadError is a body that the client did not send to its end.
type uploadError struct{ err error }

func (e *uploadError) Error() string { return fmt.Sprintf("read the body: %v", e.err) }
func (e *uploadError) Unwrap() error { return e.err }

func newUpload(r *http.Request, w http.ResponseWriter, buffers *bufferPool) *upload {
	c, _ := r.Context().Value(clientKey{}).(*client)
	// Else the server would read a body to its end before it lets an answer through. It does not look after what is
	// left of one then: finish does.
	_ = http.NewResponseController(w).EnableFullDuplex() // HTTP/1.1 has it
	return &upload{request: r, client: c, body: r.Body, buffers: buffers}
}

// Read reads from the client.
func (u *upload) Read(b []byte) (int, error) {
	u.client.readWithin(clientTime) // the server ends that at the end of the body
	n, err := u.body.Read(b)
	switch {
	case errors.Is(err, io.EOF):
		u.ended.Store(true)
	case err != nil:
		u.failure.Store(&uploadError{err})
	}
	return n, err
}

// Close does nothing: what is left of the body is the server's.
func (u *upload) Close() error { return nil }

// length is how many bytes there are; -1: the client does not say.
func (u *upload) length() int64 { return u.request.ContentLength }

// expects reports a client that waits for 100 Continue, and the worker should be asked for that.
func (u *upload) expects() bool {
	return strings.EqualFold(u.request.Header.Get("Expect"), "100-continue")
}

// keep reads a small body whole.
func (u *upload) keep() error {
	if u.length() < 0 || u.length() > keepBytes || u.expects() || u.kept != nil {
		return nil
	}
	buffer := u.buffers.Get()
	n, err := io.ReadFull(u, buffer[:u.length()])
	if err != nil {
		u.buffers.Put(buffer)
		return &uploadError{err}
	}
	u.kept = buffer[:n]
	u.ended.Store(true)
	return nil
}

// release gives the buffer back.
func (u *upload) release() {
	if u != nil && u.kept != nil {
		u.buffers.Put(u.kept[:copyBytes])
		u.kept = nil
	}
}

// again reports that the body can be sent from its beginning.
func (u *upload) again() bool { return u == nil || u.kept != nil || !u.touched }

// abort ends a Read that waits for the client, who is not heard any more.
func (u *upload) abort() { u.client.spoil() }

// swallow reads a body that nobody wants, before it is answered: many clients look for an answer only once they have
// sent all, and to close a connection with unread bytes is to reset it (RFC 9112, section 9.6).
func (u *upload) swallow() {
	if u.ended.Load() || u.expects() {
		return
	}
	defer time.AfterFunc(swallowTime, u.abort).Stop()
	_, _ = io.Copy(io.Discard, io.LimitReader(u, swallowBytes)) // an error is the client's, who has the answer all the same
}

// finish follows the answer: the rest of the body is read, unless that is too much. If its end does not come, what
// comes later must not be taken for a request, and the answer is the last.
func (u *upload) finish() {
	if u.ended.Load() {
		return
	}
	if u.failure.Load() == nil && u.length() <= lingerBytes && !u.expects() {
		u.client.readWithin(lingerTime)
	} else {
		u.client.spoil()
	}
	// What the server has read ahead is read in any case: were the end in there, the server would begin to look for the
	// next request, twice.
	if n, err := io.Copy(io.Discard, io.LimitReader(u.body, lingerBytes)); err != nil || n == lingerBytes {
		u.client.spoil()
	}
}

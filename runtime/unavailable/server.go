package unavailable

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"
)

// seats is how many connections a Server has at a time: an account may have 100 descriptors in all. Others wait
// in the queues of their sockets.
const seats = 16

// Accept is tried again after an error, at first so soon, and later so late. No descriptor being free is such an
// error, and passes.
const (
	firstRetry = 10 * time.Millisecond
	lastRetry  = time.Second
)

// Source is where clients come from: a *net.TCPListener or *net.UnixListener.
type Source interface {
	Accept() (net.Conn, error)
	SetDeadline(t time.Time) error
}

// Server answers clients, a few at a time. Who is slow has time as long as nobody else wants the seat; after that
// those who have been there longest, and have sent least, are answered as they are and sent away. So a crowd that
// sends nothing, or one byte a second, costs no more than the seats, and keeps others waiting for a moment only.
//
// Its methods may be called from several goroutines.
type Server struct {
	seats chan struct{}
	gone  sync.WaitGroup

	mu     sync.Mutex
	here   map[*client]bool
	closed bool
}

// NewServer makes a server.
func NewServer() *Server {
	return &Server{seats: make(chan struct{}, seats), here: map[*client]bool{}}
}

// Serve answers who comes from a source, each with what answer gives, until ctx ends or the source is closed. Another
// may begin at the same source once that has happened, before this one has returned.
func (s *Server) Serve(ctx context.Context, from Source, answer func() *Answer) {
	if from.SetDeadline(time.Time{}) != nil {
		return // it is closed
	}
	defer context.AfterFunc(ctx, func() {
		from.SetDeadline(time.Now()) //nolint:errcheck // fails on a closed socket only, and so does Accept
	})()
	retry := firstRetry
	for {
		conn, err := from.Accept()
		switch {
		case err == nil:
			retry = firstRetry
			s.Answer(conn, answer())
		case errors.Is(err, net.ErrClosed) || !pause(ctx, retry):
			return
		default:
			retry = min(2*retry, lastRetry)
			from.SetDeadline(time.Time{}) //nolint:errcheck // it may be that of who was here before
			if ctx.Err() != nil {
				return
			}
		}
	}
}

func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Answer takes a connection over and answers it. It returns as soon as there is a seat for it.
func (s *Server) Answer(conn net.Conn, answer *Answer) {
	s.seat()
	c := &client{conn: conn, answer: answer, since: time.Now()}
	s.mu.Lock()
	s.here[c] = true
	if s.closed {
		c.hurry()
	}
	s.mu.Unlock()
	s.gone.Go(func() {
		c.serve()
		s.leave(c)
	})
}

// seat waits for a seat. Where none is free somebody has to go.
func (s *Server) seat() {
	for {
		select {
		case s.seats <- struct{}{}:
			return
		default:
		}
		timer := time.NewTimer(s.hurryOne())
		select {
		case s.seats <- struct{}{}:
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// hurryOne hurries the client who should have gone first, and says when to look again.
func (s *Server) hurryOne() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	var first *client
	for c := range s.here {
		if !c.hurried.Load() && (first == nil || c.due().Before(first.due())) {
			first = c
		}
	}
	if first == nil {
		return grace
	}
	if left := time.Until(first.due()); left > 0 {
		return min(left, grace)
	}
	first.hurry()
	return grace
}

func (s *Server) leave(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.here, c)
	<-s.seats
}

// Hurry sends everybody away. Who comes later is answered and sent away at once.
func (s *Server) Hurry() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for c := range s.here {
		c.hurry()
	}
}

// Close sends everybody away and waits until they are gone. Nobody may come any more, by Serve or Answer.
func (s *Server) Close() {
	s.Hurry()
	s.gone.Wait()
}

package webhook

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"unitd/internal/httpidle"
)

// seats is a listener that has so many connections open at a time. Where all are taken, the one that has been there
// longest without showing that it has a secret is cut: somebody who opens connections and says nothing, or says it one byte
// a second, keeps nobody else out for longer than patience.
type seats struct {
	net.Listener
	served httpidle.Watch
	free   chan struct{} // has a value for each connection that may be opened
	closed chan struct{}
	once   sync.Once

	mu   sync.Mutex
	open map[*seat]struct{}
}

// seat is one connection.
type seat struct {
	net.Conn
	of     *seats
	since  time.Time
	leave  sync.Once
	proven bool // guarded by of.mu
}

// patience is how long a connection may take at least that has not shown a secret.
const patience = time.Second

func newSeats(l net.Listener) *seats {
	s := &seats{Listener: l, free: make(chan struct{}, maxConnections), closed: make(chan struct{}), open: map[*seat]struct{}{}}
	for range maxConnections {
		s.free <- struct{}{}
	}
	return s
}

// Accept waits for a seat and then for who takes it.
func (s *seats) Accept() (net.Conn, error) {
	if err := s.await(); err != nil {
		return nil, err
	}
	conn, err := s.Listener.Accept()
	if err != nil {
		s.free <- struct{}{}
		return nil, err
	}
	c := &seat{Conn: conn, of: s, since: time.Now()}
	s.mu.Lock()
	s.open[c] = struct{}{}
	s.mu.Unlock()
	return c, nil
}

func (s *seats) await() error {
	for {
		select {
		case <-s.free:
			return nil
		default:
		}
		timer := time.NewTimer(s.cutOldest(time.Now()))
		select {
		case <-s.free:
			timer.Stop()
			return nil
		case <-s.closed:
			timer.Stop()
			return net.ErrClosed
		case <-timer.C:
		}
	}
}

// cutOldest cuts who should have gone first, if it is time, and says when to look again.
func (s *seats) cutOldest(now time.Time) time.Duration {
	s.mu.Lock()
	var first *seat
	for c := range s.open {
		if !c.proven && (first == nil || c.since.Before(first.since)) {
			first = c
		}
	}
	s.mu.Unlock()
	if first == nil {
		return patience
	}
	if left := patience - now.Sub(first.since); left > 0 {
		return left
	}
	_ = first.Close() // nothing was written to it
	return patience
}

// Close accepts nobody any more.
func (s *seats) Close() error {
	s.once.Do(func() { close(s.closed) })
	return s.Listener.Close()
}

// Close gives the seat back.
func (c *seat) Close() error {
	err := c.Conn.Close()
	c.leave.Do(func() {
		c.of.mu.Lock()
		delete(c.of.open, c)
		c.of.mu.Unlock()
		c.of.free <- struct{}{}
	})
	return err
}

type seatKey struct{}

func withSeat(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, seatKey{}, conn)
}

// proven notes that the request comes from one who has a secret.
func proven(r *http.Request) {
	if c, ok := r.Context().Value(seatKey{}).(*seat); ok {
		c.of.mu.Lock()
		c.proven = true
		c.of.mu.Unlock()
	}
}

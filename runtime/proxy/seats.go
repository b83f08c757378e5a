package proxy

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Seats bounds the clients of all proxies of a process, since each takes a descriptor, and one more for its worker.
// With all taken, new ones wait in the accept queue; the client that has been idle longest makes room, and others
// are told with their next answer that their connection closes.
type Seats struct {
	size  int
	links atomic.Int64 // connections to workers

	mu      sync.Mutex
	taken   map[*client]struct{}
	waiting int
	freed   chan struct{} // holds one: a seat may be free
}

// makesRoom is how long a client has to be idle to lose its seat: one that has just been answered is likely to send
// its next request this moment.
const makesRoom = time.Second

// NewSeats makes room for that many clients, one at least.
func NewSeats(size int) *Seats {
	return &Seats{size: max(size, 1), taken: map[*client]struct{}{}, freed: make(chan struct{}, 1)}
}

// wanted reports that a client waits for a seat.
func (s *Seats) wanted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting > 0
}

// crowded reports that there are more connections to workers than clients could need.
func (s *Seats) crowded() bool { return s.links.Load() > int64(s.size) }

// take waits for a free seat; it fails when the client's listener is closed first.
func (s *Seats) take(c *client, closed <-chan struct{}) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting++
	defer func() { s.waiting-- }()
	for len(s.taken) >= s.size && !s.evict(time.Now()) {
		s.mu.Unlock()
		pause := time.NewTimer(makesRoom)
		select {
		case <-s.freed:
		case <-pause.C:
		case <-closed:
		}
		pause.Stop()
		s.mu.Lock()
		select {
		case <-closed:
			return false
		default:
		}
	}
	s.taken[c] = struct{}{}
	if len(s.taken) < s.size {
		s.wake() // another one may wait
	}
	return true
}

// evict lets the client go that has been idle longest, if one has for long enough.
func (s *Seats) evict(now time.Time) bool {
	var longest *client
	var since int64
	for c := range s.taken {
		if idle := c.idle.Load(); idle != 0 && (longest == nil || idle < since) {
			longest, since = c, idle
		}
	}
	if longest == nil || now.UnixNano()-since < int64(makesRoom) {
		return false
	}
	longest.Conn.Close()
	delete(s.taken, longest)
	return true
}

// leave frees the seat of a client.
func (s *Seats) leave(c *client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, seated := s.taken[c]; seated {
		delete(s.taken, c)
		s.wake()
	}
}

func (s *Seats) wake() {
	select {
	case s.freed <- struct{}{}:
	default:
	}
}

// listener gives every client of l a seat.
func (s *Seats) listener(l net.Listener) net.Listener {
	return &seatedListener{Listener: l, seats: s, closed: make(chan struct{})}
}

type seatedListener struct {
	net.Listener
	seats  *Seats
	once   sync.Once
	closed chan struct{}
}

func (l *seatedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &client{Conn: conn, seats: l.seats}
	if !l.seats.take(c, l.closed) {
		conn.Close()
		return nil, net.ErrClosed
	}
	return c, nil
}

func (l *seatedListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync"
	"sync/atomic"

	"unitd/internal/paced"
	"unitd/ipc"
	"unitd/policy/access"
	"unitd/units"
)

// Config is what a server works with. All fields are needed.
type Config struct {
	Manager ipc.Manager
	// Log gets a line for each refused request.
	Log *slog.Logger
	// Owner is the uid that the manager runs as.
	Owner int
	// UnitOf names the unit whose process pid is, "" for none, and whether that unit may use the control
	// socket (its attribute `control`); not known: it cannot be told. It is asked at every request.
	UnitOf func(pid int) (id units.ID, control, known bool)
}

// Server serves any number of control sockets.
type Server struct {
	Config
	streams  chan struct{}
	refusals paced.Log
	// ending ends streams before the server waits for its connections.
	ending context.Context
	end    context.CancelFunc
	moving atomic.Bool // somebody else will serve the same sockets at once

	mu      sync.Mutex
	running []*Entrance
	beside  sync.WaitGroup // entrances that Open has opened
}

// New makes a server; it does nothing before Serve.
func New(config Config) *Server {
	s := &Server{Config: config, streams: make(chan struct{}, maxStreams)}
	s.ending, s.end = context.WithCancel(context.Background())
	return s
}

// Serve answers requests that come through the control socket l until Shutdown, and then returns nil.
func (s *Server) Serve(l net.Listener) error {
	e := s.entrance(access.Socket{}, maxConnections, s.streams)
	if !s.register(e) {
		l.Close()
		return nil
	}
	return e.serve(l)
}

func (s *Server) register(e *Entrance) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ending.Err() != nil {
		return false
	}
	s.running = append(s.running, e)
	return true
}

// endStreams ends all streams, lets nobody serve any more who has not begun, and lists who does.
func (s *Server) endStreams() []*Entrance {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end()
	return slices.Clone(s.running)
}

// Move is Shutdown for the sake of another program that serves the same sockets at once: who reads a stream is told to
// ask again.
func (s *Server) Move(ctx context.Context) error {
	s.moving.Store(true)
	var failures []error
	for _, e := range s.endStreams() {
		failures = append(failures, e.move(ctx))
	}
	return errors.Join(errors.Join(failures...), s.Shutdown(ctx))
}

// Shutdown closes the sockets, ends all streams and waits for the requests under way; when ctx ends first
// their connections are cut.
func (s *Server) Shutdown(ctx context.Context) error {
	var failures []error
	for _, e := range s.endStreams() {
		if err := e.http.Shutdown(ctx); err != nil {
			failures = append(failures, err, e.http.Close())
		}
	}
	s.beside.Wait()
	return errors.Join(failures...)
}

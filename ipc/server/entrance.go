package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"

	"unitd/internal/httpidle"
	"unitd/policy/access"
)

// Entrance is one socket through which requests come.
type Entrance struct {
	server      *Server
	http        *http.Server
	connections int
	streams     chan struct{} // of those that it may have open
	served      httpidle.Watch

	mu       sync.Mutex
	socket   access.Socket
	listener net.Listener // nil: it does not serve yet
}

// Open answers requests that come through l, which limits others than the owner to the verbs of socket, beside the
// caller until Close or Shutdown. What others may hold open is less than what the owner may, and nothing of that.
func (s *Server) Open(l net.Listener, socket access.Socket) *Entrance {
	e := s.entrance(socket, maxOthersConnections, make(chan struct{}, maxOthersStreams))
	if !s.register(e) {
		l.Close()
		return e
	}
	s.beside.Go(func() {
		if err := e.serve(l); err != nil {
			s.Log.Error("serve control socket", "socket", socket.Name, "error", err)
		}
	})
	return e
}

// Again answers requests that come through l, another control socket of the owner's, as Serve does and beside the caller.
func (s *Server) Again(l net.Listener) *Entrance {
	e := s.entrance(access.Socket{}, maxConnections, s.streams)
	if !s.register(e) {
		l.Close()
		return e
	}
	s.beside.Go(func() {
		if err := e.serve(l); err != nil {
			s.Log.Error("serve the control socket", "error", err)
		}
	})
	return e
}

// serve answers requests until the listener is closed.
func (e *Entrance) serve(l net.Listener) error {
	e.mu.Lock()
	e.listener = newPeerListener(l, e.connections)
	e.mu.Unlock()
	err := e.http.Serve(e.listener)
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) && e.server.moving.Load() {
		return nil
	}
	return err
}

// move accepts no more, and returns when all are answered that were accepted, or ctx ends.
func (e *Entrance) move(ctx context.Context) error {
	e.mu.Lock()
	if e.listener != nil {
		_ = e.listener.Close() // where it was closed before nobody waits there
	}
	e.mu.Unlock()
	e.http.SetKeepAlivesEnabled(false)
	return e.served.Wait(ctx)
}

func (s *Server) entrance(socket access.Socket, connections int, streams chan struct{}) *Entrance {
	e := &Entrance{server: s, socket: socket, connections: connections, streams: streams}
	e.http = &http.Server{
		Handler:           s.handler(e),
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ConnContext:       withPeer,
		ConnState:         e.served.Observe,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	return e
}

// Permit changes what others may ask here. Requests from then on are held against it, streams that are open go on.
func (e *Entrance) Permit(socket access.Socket) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.socket = socket
}

// rules are what others may ask here now.
func (e *Entrance) rules() access.Socket {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.socket
}

// Close cuts all connections, streams too, and closes the listener.
func (e *Entrance) Close() error {
	s := e.server
	s.mu.Lock()
	s.running = slices.DeleteFunc(s.running, func(other *Entrance) bool { return other == e })
	s.mu.Unlock()
	return e.http.Close()
}

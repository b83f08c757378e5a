package server

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/access"
	"unitd/units"
)

// pipes is a listener in memory, so that its connections live on the clock of a test.
type pipes struct {
	conns chan net.Conn
	ended chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.ended:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.ended); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{} }

// tireless emits lines without end and takes for ever to plan.
type tireless struct {
	ipc.Manager
	failed chan error
}

func (m *tireless) Logs(_ context.Context, _ protocol.LogQuery, emit func(protocol.LogLine) error) (string, error) {
	for {
		if err := emit(protocol.LogLine{Text: strings.Repeat("x", 1000)}); err != nil {
			m.failed <- err
			return "", err
		}
	}
}

func (m *tireless) Events(_ context.Context, _ protocol.EventQuery, emit func(protocol.Event) error) error {
	for {
		if err := emit(protocol.Event{Reason: strings.Repeat("x", 1000)}); err != nil {
			m.failed <- err
			return err
		}
	}
}

func (m *tireless) Plan(ctx context.Context) (protocol.Plan, error) {
	<-ctx.Done()
	return protocol.Plan{}, ctx.Err()
}

func (m *tireless) Status(context.Context) (protocol.ManagerStatus, error) {
	return protocol.ManagerStatus{}, nil
}

// serveSlowly runs test with one connection to a server whose manager is tireless.
func serveSlowly(t *testing.T, test func(t *testing.T, conn net.Conn, m *tireless)) {
	synctest.Test(t, func(t *testing.T) {
		m := &tireless{failed: make(chan error, 1)}
		s := New(Config{Manager: m, Log: slog.New(slog.DiscardHandler), UnitOf: func(int) (units.ID, bool, bool) { return "", false, true }})
		httpServer := s.entrance(access.Socket{}, maxConnections, s.streams).http
		httpServer.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, peerKey{}, peer{uid: s.Owner, process: noPidfd})
		}
		listener := &pipes{conns: make(chan net.Conn, 1), ended: make(chan struct{})}
		go httpServer.Serve(listener)
		ours, theirs := net.Pipe()
		listener.conns <- theirs
		test(t, ours, m)
		ours.Close()
		httpServer.Close()
	})
}

func TestSlowCallers(t *testing.T) {
	tests := []struct {
		name, send string
		want       string // what comes back begins with this
		after      time.Duration
	}{
		{"half a header", "GET /v1/manager HTTP/1.1\r\nHost:", "", readHeaderTimeout},
		{"half a body", "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{", "HTTP/1.1 400", readTimeout},
		{"no next request", "GET /v1/manager HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200", idleTimeout},
		{"slow manager", "GET /v1/plan HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 503", requestTimeout},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			serveSlowly(t, func(t *testing.T, conn net.Conn, _ *tireless) {
				begin := time.Now()
				if _, err := io.WriteString(conn, test.send); err != nil {
					t.Fatal(err)
				}
				text, err := io.ReadAll(conn)
				if err != nil || !strings.HasPrefix(string(text), test.want) {
					t.Fatalf("got %q, %v", text, err)
				}
				// net/http waits half a second more for a caller that is still writing.
				if took := time.Since(begin); took < test.after || took > test.after+time.Second {
					t.Fatalf("took %v, want %v", took, test.after)
				}
			})
		})
	}
}

// TestSlowReader reads a stream patiently for longer than an ordinary answer may take, then not at all. Who pages through
// a log does that too, and finds the rest of it when he comes back.
func TestSlowReader(t *testing.T) {
	for path, patience := range map[string]time.Duration{
		"/v1/events?follow=1": eventTimeout, "/v1/events": logTimeout, "/v1/logs?follow=1": logTimeout, "/v1/logs": logTimeout,
	} {
		t.Run(path, func(t *testing.T) {
			serveSlowly(t, func(t *testing.T, conn net.Conn, m *tireless) {
				if _, err := io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				reader := bufio.NewReaderSize(conn, 16)
				for begin := time.Now(); time.Since(begin) < 3*writeTimeout; time.Sleep(eventTimeout / 100) {
					if _, err := reader.ReadString('\n'); err != nil {
						t.Fatalf("after %v: %v", time.Since(begin), err)
					}
				}
				begin := time.Now()
				if err := <-m.failed; err == nil {
					t.Fatal("emit did not fail")
				}
				if took := time.Since(begin); took > patience || took < patience-time.Second {
					t.Fatalf("dropped after %v", took)
				}
			})
		})
	}
}

package proxy

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"unitd/internal/testuser"
)

func TestMain(m *testing.M) { os.Exit(testuser.Main(m)) }

// patient is how long a test waits for what has to happen.
const patient = 20 * time.Second

// stage is a proxy that serves on a loopback port.
type stage struct {
	*Proxy
	t       testing.TB
	address string
}

func newStage(t testing.TB, change func(*Config)) *stage {
	t.Helper()
	config := Config{
		Patience: 5 * time.Second, Seats: NewSeats(100), Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&config)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{New(config), t, l.Addr().String()}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 0)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return s
}

// at is a worker behind an address.
func (s *stage) at(address string) *Worker {
	w := s.NewWorker(func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", address)
	})
	s.t.Cleanup(w.Close)
	return w
}

// serving is a worker that serves HTTP.
func (s *stage) serving(handler http.HandlerFunc) *Worker {
	server := httptest.NewUnstartedServer(handler)
	server.Config.DisableGeneralOptionsHandler = true
	server.Start()
	s.t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return s.at(server.Listener.Addr().String())
}

// answering is a worker that answers each connection as it likes.
func (s *stage) answering(answer func(conn net.Conn, r *bufio.Reader)) *Worker {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				answer(conn, bufio.NewReader(conn))
			}()
		}
	}()
	return s.at(l.Addr().String())
}

// refusing is a worker that does not listen.
func (s *stage) refusing() *Worker {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	defer l.Close()
	return s.at(l.Addr().String())
}

// order makes the least busy worker the first of the list that is not busy: the choice is deterministic then.
func (s *stage) order(workers ...*Worker) {
	s.Steer(workers)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = len(workers) - 1
}

// dial is a client's connection.
func (s *stage) dial() (net.Conn, *bufio.Reader) {
	s.t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(patient)); err != nil {
		s.t.Fatal(err)
	}
	return conn, bufio.NewReader(conn)
}

// get asks for a path with a connection of its own.
func (s *stage) get(path string) (status int, body string) {
	s.t.Helper()
	conn, r := s.dial()
	send(s.t, conn, "GET %s HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n", path)
	answer, err := http.ReadResponse(r, nil)
	if err != nil {
		s.t.Fatalf("GET %s: %v", path, err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatalf("GET %s: %v", path, err)
	}
	return answer.StatusCode, string(text)
}

func send(t testing.TB, w io.Writer, format string, arguments ...any) {
	t.Helper()
	if _, err := fmt.Fprintf(w, format, arguments...); err != nil {
		t.Fatal(err)
	}
}

// line reads one line.
func line(t testing.TB, r *bufio.Reader) string {
	t.Helper()
	text, err := r.ReadString('\n')
	if err != nil {
		t.Fatalf("after %q: %v", text, err)
	}
	return strings.TrimRight(text, "\r\n")
}

// until waits for a condition.
func until(t testing.TB, what string, condition func() bool) {
	t.Helper()
	for end := time.Now().Add(patient); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		if condition() {
			return
		}
	}
	t.Fatalf("waited in vain: %s", what)
}

// state reads fields of a worker that the proxy guards.
func state[T any](w *Worker, read func() T) T {
	w.proxy.mu.Lock()
	defer w.proxy.mu.Unlock()
	return read()
}

// requests is how many requests the worker was given.
func (w *Worker) requests() int { return state(w, func() int { return w.served }) }

// isBusy reports a worker that has requests.
func (w *Worker) isBusy() bool { return state(w, func() bool { return w.busy > 0 }) }

// busyOrUsable reports a worker that has a request or a connection for the next one; proxy.mu is held.
func (w *Worker) busyOrUsable() bool {
	return w.busy > 0 || slices.ContainsFunc(w.idle, func(l *link) bool { return l.usable() })
}

// clients is how many clients are connected.
func (s *stage) clients() int {
	seats := s.config.Seats
	seats.mu.Lock()
	defer seats.mu.Unlock()
	return len(seats.taken)
}

package proxy

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// More clients than seats are served all the same, and none of them loses a request.
func TestMoreClientsThanSeats(t *testing.T) {
	s := newStage(t, func(c *Config) { c.Seats = NewSeats(3) })
	s.Steer([]*Worker{s.serving(func(http.ResponseWriter, *http.Request) {})})
	var clients sync.WaitGroup
	for range 12 {
		clients.Go(func() {
			client := &http.Client{Transport: &http.Transport{MaxIdleConns: 1}, Timeout: patient}
			defer client.CloseIdleConnections()
			for range 50 {
				answer, err := client.Post("http://"+s.address, "", http.NoBody)
				if err != nil {
					t.Error(err)
					return
				}
				answer.Body.Close()
			}
		})
	}
	clients.Wait()
	until(t, "all have left", func() bool { return s.clients() == 0 })
}

// Who waits for a seat does not spoil an upgrade, whose head says that the connection stays.
func TestUpgradeWhileOthersWait(t *testing.T) {
	s := newStage(t, func(c *Config) { c.Seats = NewSeats(1) })
	s.Steer([]*Worker{s.answering(func(conn net.Conn, r *bufio.Reader) {
		readRequest(r)
		io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
		io.Copy(conn, r)
	})})
	conn, r := s.dial()
	until(t, "the first client has the seat", func() bool { return s.clients() == 1 })
	s.dial()
	until(t, "another one waits for it", s.config.Seats.wanted)
	send(t, conn, "GET / HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
	answer, err := http.ReadResponse(r, nil)
	if err != nil || answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("answer %v, %v", answer, err)
	}
	send(t, conn, "text\n")
	if got := line(t, r); got != "text" {
		t.Errorf("got %q", got)
	}
}

// memory is a listener whose connections need no descriptors, so that time can be that of a test.
type memory struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (m *memory) Accept() (net.Conn, error) {
	select {
	case conn := <-m.conns:
		return conn, nil
	case <-m.closed:
		return nil, net.ErrClosed
	}
}

func (m *memory) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

func (m *memory) Addr() net.Addr { return &net.UnixAddr{Net: "unix"} }

// dial connects a client.
func (m *memory) dial() (net.Conn, *bufio.Reader) {
	client, server := net.Pipe()
	m.conns <- server
	return client, bufio.NewReader(client)
}

// inMemory runs a test in fake time. The worker echoes what it gets and counts what it is sent.
func inMemory(t *testing.T, seats int, test func(t *testing.T, p *Proxy, m *memory)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &stage{t: t, Proxy: New(Config{
			Patience: 5 * time.Second, Seats: NewSeats(seats), Logger: slog.New(slog.DiscardHandler),
		})}
		front, back := &memory{conns: make(chan net.Conn), closed: make(chan struct{})}, &memory{conns: make(chan net.Conn), closed: make(chan struct{})}
		worker := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/large" {
				// Of a length: else the reverse proxy holds a lock while it writes, and fake time stands still.
				w.Header().Set("Content-Length", "1000000000000")
				io.Copy(w, endless{})
			}
			io.Copy(w, r.Body)
		})}
		var all sync.WaitGroup
		all.Go(func() { s.Serve(front) })
		all.Go(func() { worker.Serve(back) })
		w := s.NewWorker(func(context.Context) (net.Conn, error) {
			conn, _ := back.dial()
			return conn, nil
		})
		s.Steer([]*Worker{w})
		test(t, s.Proxy, front)
		w.Close()
		s.server.Close()
		worker.Close()
		all.Wait()
	})
}

// took is how long it is until a connection is closed by the other side.
func took(r io.Reader) time.Duration {
	begun := time.Now()
	io.Copy(io.Discard, r)
	return time.Since(begun)
}

func TestSlowClientsAreCut(t *testing.T) {
	inMemory(t, 100, func(t *testing.T, _ *Proxy, m *memory) {
		slow, r := m.dial()
		go func() { // a byte a second
			for _, err := io.WriteString(slow, "GET / HTTP/1.1\r\n"); err == nil; _, err = io.WriteString(slow, "x") {
				time.Sleep(time.Second)
			}
		}()
		if d := took(r); d != headTime {
			t.Errorf("a head of a byte a second: cut after %v, want %v", d, headTime)
		}
		const post = "POST / HTTP/1.1\r\nHost: here\r\n"
		for _, c := range []struct {
			what, sent string
			within     time.Duration
		}{
			{"a small body that does not come", post + "Content-Length: 100\r\n\r\nsome", clientTime},
			{"a large body that stops", post + "Content-Length: 1000000\r\n\r\nsome", clientTime},
			{"a body that stops", post + "Transfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n", clientTime},
			{"a body that makes no sense", post + "Transfer-Encoding: chunked\r\n\r\nwhat?\r\n", 0},
			{"a client without a next request", "GET / HTTP/1.1\r\nHost: here\r\n\r\n", keepAliveTime},
		} {
			conn, r := m.dial()
			go io.WriteString(conn, c.sent)
			if d := took(r); d < c.within || d > c.within+time.Second {
				t.Errorf("%s: cut after %v, want %v", c.what, d, c.within)
			}
		}
		conn, r := m.dial()
		go io.WriteString(conn, "GET /large HTTP/1.1\r\nHost: here\r\n\r\n")
		line(t, r)
		time.Sleep(clientTime + time.Second)
		if d := took(r); d > 0 {
			t.Errorf("an answer that the client does not take: cut %v too late", d)
		}
	})
}

// A body that comes slowly but comes is never cut, however long it takes.
func TestSlowBodyIsTaken(t *testing.T) {
	inMemory(t, 100, func(t *testing.T, _ *Proxy, m *memory) {
		conn, r := m.dial()
		go func() {
			io.WriteString(conn, "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
			for range 20 {
				time.Sleep(clientTime - time.Second)
				io.WriteString(conn, "1\r\nx\r\n")
			}
			io.WriteString(conn, "0\r\n\r\n")
		}()
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(answer.Body); len(body) != 20 || err != nil {
			t.Errorf("an answer of %d bytes, %v; want 20", len(body), err)
		}
		conn.Close()
	})
}

// The client that has been idle longest makes room for another.
func TestIdleClientMakesRoom(t *testing.T) {
	inMemory(t, 2, func(t *testing.T, _ *Proxy, m *memory) {
		ask := func(conn net.Conn, r *bufio.Reader) {
			go io.WriteString(conn, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
			answer, err := http.ReadResponse(r, nil)
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, answer.Body)
		}
		first, firstReader := m.dial()
		ask(first, firstReader)
		time.Sleep(10 * time.Second)
		second, secondReader := m.dial()
		ask(second, secondReader)
		third, thirdReader := m.dial()
		ask(third, thirdReader)
		if d := took(firstReader); d > makesRoom {
			t.Errorf("the first client is still there %v later", d)
		}
		ask(second, secondReader)
		ask(third, thirdReader)
		second.Close()
		third.Close()
	})
}

// Connections to workers are not kept for longer than programs keep theirs.
func TestIdleLinksAreClosed(t *testing.T) {
	inMemory(t, 10, func(t *testing.T, p *Proxy, m *memory) {
		for range 3 {
			conn, r := m.dial()
			go io.WriteString(conn, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
			line(t, r)
			conn.Close()
		}
		synctest.Wait()
		if p.config.Seats.links.Load() == 0 {
			t.Error("no link is kept")
		}
		time.Sleep(2*idleTime + time.Millisecond)
		if n := p.config.Seats.links.Load(); n != 0 {
			t.Errorf("%d links are left", n)
		}
	})
}

package proxy

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// held is a worker that answers when it is told to.
func (s *stage) held() (*Worker, chan struct{}) {
	answer := make(chan struct{})
	return s.serving(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-answer:
		case <-r.Context().Done():
		}
	}), answer
}

// ask sends a request that nobody waits for.
func (s *stage) ask(path string) (net.Conn, *bufio.Reader) {
	conn, r := s.dial()
	send(s.t, conn, "GET %s HTTP/1.1\r\nHost: here\r\n\r\n", path)
	return conn, r
}

func TestLeastBusyWorkerIsAsked(t *testing.T) {
	s := newStage(t, nil)
	first, answerFirst := s.held()
	second, answerSecond := s.held()
	s.order(first, second)
	busy := func(w *Worker) int { return state(w, func() int { return w.busy }) }
	for n := range 6 {
		s.ask("/")
		until(t, "the request is given to a worker", func() bool { return busy(first)+busy(second) == n+1 })
	}
	if busy(first) != 3 || busy(second) != 3 {
		t.Errorf("%d and %d requests, want 3 and 3", busy(first), busy(second))
	}
	for range 3 {
		answerFirst <- struct{}{}
	}
	until(t, "the first worker is idle", func() bool { return busy(first) == 0 })
	for n := range 3 {
		s.ask("/")
		until(t, "the request is given to the first worker", func() bool { return busy(first) == n+1 })
	}
	close(answerFirst)
	close(answerSecond)
}

// A worker that answers nobody gets no more requests as long as others answer, however busy those are.
func TestSilentWorkerIsSpared(t *testing.T) {
	s := newStage(t, nil)
	hung, answer := s.held()
	defer close(answer)
	well, answerWell := s.held()
	s.order(hung, well)
	s.ask("/")
	until(t, "the first request is given", hung.isBusy)
	s.mu.Lock()
	hung.heard = hung.heard.Add(-2 * silence)
	s.mu.Unlock()
	for n := range 4 {
		s.ask("/")
		until(t, "the request is given to the other", func() bool { return well.requests() == n+1 })
	}
	s.Steer([]*Worker{hung})
	s.ask("/")
	until(t, "the request is given to the silent worker, since there is no other", func() bool { return hung.requests() == 2 })
	close(answerWell)
}

func TestDrain(t *testing.T) {
	s := newStage(t, nil)
	old, answer := s.held()
	s.Steer([]*Worker{old})
	conn, r := s.ask("/")
	until(t, "the old worker is busy", old.isBusy)
	successor := s.serving(func(http.ResponseWriter, *http.Request) {})
	s.Steer([]*Worker{successor})
	drained := make(chan struct{})
	go func() {
		old.Drain(t.Context())
		close(drained)
	}()
	until(t, "the old worker leaves", func() bool { return state(old, func() bool { return old.leaving }) })
	if status, _ := s.get("/"); status != 200 || successor.requests() != 1 {
		t.Errorf("status %d, %d requests to the successor", status, successor.requests())
	}
	select {
	case <-drained:
		t.Error("drained while a request is being answered")
	default:
	}
	answer <- struct{}{}
	if first := line(t, r); first != "HTTP/1.1 200 OK" {
		t.Errorf("the request is answered by %q", first)
	}
	<-drained
	until(t, "no connection to the old worker is left", func() bool { return state(old, func() bool { return len(old.links) == 0 }) })
	// The client has noticed nothing.
	for line(t, r) != "" {
		continue
	}
	send(t, conn, "GET / HTTP/1.1\r\nHost: here\r\n\r\n")
	if first := line(t, r); first != "HTTP/1.1 200 OK" || successor.requests() != 2 {
		t.Errorf("the next request is answered by %q, %d by the successor", first, successor.requests())
	}
}

// What does not end by itself is cut at the end of the drain: upgraded connections, and answers without an end.
func TestDrainCuts(t *testing.T) {
	s := newStage(t, nil)
	w := s.answering(func(conn net.Conn, r *bufio.Reader) {
		request, err := http.ReadRequest(r)
		switch {
		case err != nil:
			return
		case request.URL.Path == "/socket":
			io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		case request.URL.Path == "/events":
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: begin\n")
		}
		io.Copy(io.Discard, r)
	})
	s.Steer([]*Worker{w})
	socket, socketReader := s.dial()
	send(t, socket, "GET /socket HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
	line(t, socketReader)
	_, events := s.ask("/events")
	line(t, events)
	_, unanswered := s.ask("/never")
	until(t, "all have a worker", func() bool { return state(w, func() bool { return w.busy == 3 }) })
	s.Steer([]*Worker{s.serving(func(http.ResponseWriter, *http.Request) {})})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	w.Drain(ctx)
	for name, r := range map[string]*bufio.Reader{"socket": socketReader, "events": events} {
		if _, err := io.Copy(io.Discard, r); err != nil && !strings.Contains(err.Error(), "reset") {
			t.Errorf("%s: %v, want that it was cut", name, err)
		}
	}
	if first := line(t, unanswered); first != "HTTP/1.1 200 OK" {
		t.Errorf("what was not answered yet: %q, want that another worker does it", first)
	}
	until(t, "the worker is idle", func() bool { return !w.isBusy() })
}

func TestLimit(t *testing.T) {
	s := newStage(t, nil)
	w := s.serving(func(http.ResponseWriter, *http.Request) {})
	worn := make(chan int, 10)
	w.Limit(3, func(served int) { worn <- served })
	s.Steer([]*Worker{w})
	for range 5 {
		if status, _ := s.get("/"); status != 200 {
			t.Errorf("status %d", status)
		}
	}
	if len(worn) != 1 || <-worn != 3 || w.requests() != 5 {
		t.Errorf("reported %d more times, %d requests served; want it once, at the third of 5", len(worn), w.requests())
	}
}

// The time to answer counts from when the worker has the request, not while the client still sends it.
func TestHangIsNotTheClients(t *testing.T) {
	s := newStage(t, nil)
	w := s.serving(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
	})
	w.Watch(200*time.Millisecond, func() { t.Error("the worker is said to hang") })
	s.Steer([]*Worker{w})
	conn, r := s.dial()
	send(t, conn, "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n")
	for range 4 {
		send(t, conn, "1\r\nx\r\n")
		time.Sleep(100 * time.Millisecond) // a slow client is what is tested
	}
	send(t, conn, "0\r\n\r\n")
	if first := line(t, r); first != "HTTP/1.1 200 OK" {
		t.Errorf("got %q", first)
	}
}

// A worker that does not read what it is sent hangs as well.
func TestWorkerThatDoesNotRead(t *testing.T) {
	s := newStage(t, nil)
	hung := make(chan struct{})
	w := s.answering(func(net.Conn, *bufio.Reader) { <-hung })
	w.Watch(300*time.Millisecond, func() { close(hung) })
	s.Steer([]*Worker{w})
	conn, r := s.dial()
	send(t, conn, "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n", 1<<30)
	go io.Copy(conn, endless{})
	if first := line(t, r); first != "HTTP/1.1 504 Gateway Timeout" {
		t.Errorf("got %q", first)
	}
	<-hung
}

func TestForwardedHeaders(t *testing.T) {
	for _, c := range []struct {
		name, peer, sent              string
		chain, host, proto, forwarded string
	}{
		{
			name: "a client on this host", peer: "127.0.0.1:4000",
			chain: "127.0.0.1", host: "shop.example:8001", proto: "http",
			forwarded: `for=127.0.0.1;host="shop.example:8001";proto=http`,
		}, {
			name: "the account's web server", peer: "127.0.0.1:4000",
			sent:  "X-Forwarded-For: 203.0.113.9\nX-Forwarded-Host: shop.example\nX-Forwarded-Proto: https",
			chain: "203.0.113.9, 127.0.0.1", host: "shop.example", proto: "https",
			forwarded: `for=203.0.113.9;host=shop.example;proto=https, for=127.0.0.1;host="shop.example:8001";proto=http`,
		}, {
			name: "a chain, one of them by IPv6", peer: "[::1]:4000",
			sent:  "X-Forwarded-For: 2001:db8::7, nonsense\nX-Forwarded-For: 10.0.0.1",
			chain: "2001:db8::7, nonsense, 10.0.0.1, ::1", host: "shop.example:8001", proto: "http",
			forwarded: `for="[2001:db8::7]";host="shop.example:8001";proto=http, for=unknown, for=10.0.0.1, for="[::1]";host="shop.example:8001";proto=http`,
		}, {
			name: "one that knows RFC 7239", peer: "127.0.0.1:4000",
			sent:  "Forwarded: for=203.0.113.9;proto=https",
			chain: "127.0.0.1", host: "shop.example:8001", proto: "http",
			forwarded: `for=203.0.113.9;proto=https, for=127.0.0.1;host="shop.example:8001";proto=http`,
		}, {
			name: "a client elsewhere", peer: "198.51.100.4:4000",
			sent:  "X-Forwarded-For: 127.0.0.1\nX-Forwarded-Host: admin\nX-Forwarded-Proto: https\nForwarded: for=127.0.0.1",
			chain: "198.51.100.4", host: "shop.example:8001", proto: "http",
			forwarded: `for=198.51.100.4;host="shop.example:8001";proto=http`,
		}, {
			name: "a Unix socket", peer: "@",
			sent:  "X-Forwarded-For: 203.0.113.9",
			chain: "203.0.113.9", host: "shop.example:8001", proto: "http",
			forwarded: `for=203.0.113.9;host="shop.example:8001";proto=http, for=unknown;host="shop.example:8001";proto=http`,
		},
	} {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader("GET / HTTP/1.1\nHost: shop.example:8001\n" + c.sent + "\n\n")))
		if err != nil {
			t.Fatal(c.name, err)
		}
		r.RemoteAddr = c.peer
		s := newStage(t, nil)
		got := make(chan http.Header, 1)
		s.Steer([]*Worker{s.serving(func(_ http.ResponseWriter, r *http.Request) {
			r.Header.Set("Host", r.Host)
			got <- r.Header
		})})
		s.ServeHTTP(httptest.NewRecorder(), r)
		header := <-got
		for name, want := range map[string]string{
			"X-Forwarded-For": c.chain, "X-Forwarded-Host": c.host, "X-Forwarded-Proto": c.proto, "Forwarded": c.forwarded,
			"Host": "shop.example:8001",
		} {
			if values := fmt.Sprint(header[name]); values != "["+want+"]" {
				t.Errorf("%s: %s is %s, want [%s]", c.name, name, values, want)
			}
		}
	}
}

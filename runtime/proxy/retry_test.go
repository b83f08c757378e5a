package proxy

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// ill are the ways in which the first worker fails a request.
var ill = map[string]func(net.Conn, *bufio.Reader){
	"dies": func(_ net.Conn, r *bufio.Reader) { readRequest(r) },
	"dies unread": func(conn net.Conn, _ *bufio.Reader) {
		conn.(*net.TCPConn).SetLinger(0)
	},
	"dies in its head": func(conn net.Conn, r *bufio.Reader) {
		readRequest(r)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-")
	},
	"says nonsense": func(conn net.Conn, r *bufio.Reader) {
		readRequest(r)
		io.WriteString(conn, "SSH-2.0-OpenSSH\r\n\r\n")
	},
	"says too much": func(conn net.Conn, r *bufio.Reader) {
		readRequest(r)
		fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nX: %s\r\n\r\n", strings.Repeat("x", maxAnswerHeadBytes))
	},
	"hangs": func(_ net.Conn, r *bufio.Reader) {
		readRequest(r)
		io.Copy(io.Discard, r)
	},
}

func readRequest(r *bufio.Reader) {
	request, err := http.ReadRequest(r)
	if err == nil {
		io.Copy(io.Discard, request.Body)
	}
}

func TestRetry(t *testing.T) {
	small, large := strings.Repeat("x", 1000), strings.Repeat("x", 3*keepBytes)
	for _, c := range []struct {
		first  string
		method string
		body   string
		status int
	}{
		{"dies", "GET", "", 200},
		{"dies", "HEAD", "", 200},
		{"dies", "PUT", small, 200},
		{"dies", "DELETE", "", 200},
		{"dies", "PUT", large, 502}, // its body is gone
		{"dies", "POST", "", 502},
		{"dies", "POST", small, 502},
		{"dies", "PATCH", small, 502},
		{"dies unread", "GET", "", 200},
		{"dies in its head", "GET", "", 502},
		{"says nonsense", "GET", "", 502},
		{"says too much", "GET", "", 502},
		{"hangs", "GET", "", 504},
		{"hangs", "POST", large, 504},
		{"refuses", "GET", "", 200},
		{"refuses", "POST", "", 200},
		{"refuses", "POST", small, 200},
		{"refuses", "POST", large, 200},
	} {
		t.Run(c.first+"/"+c.method+fmt.Sprint(len(c.body)), func(t *testing.T) {
			t.Parallel()
			s := newStage(t, nil)
			first := s.refusing()
			if behave := ill[c.first]; behave != nil {
				first = s.answering(behave)
			}
			hung := make(chan struct{}, 10)
			first.Watch(300*time.Millisecond, func() { hung <- struct{}{} })
			second := s.serving(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if string(body) != c.body || err != nil {
					t.Errorf("the second worker got a body of %d bytes, %v; want %d", len(body), err, len(c.body))
				}
				w.Header().Set("Second", "yes")
			})
			s.order(first, second)
			conn, r := s.dial()
			send(t, conn, "%s / HTTP/1.1\r\nHost: here\r\nContent-Length: %d\r\n\r\n%s", c.method, len(c.body), c.body)
			answer, err := http.ReadResponse(r, &http.Request{Method: c.method})
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			text, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != c.status {
				t.Errorf("status %d %s, %v; want %d", answer.StatusCode, text, err, c.status)
			}
			if to := answer.Header.Get("Second") != ""; to != (c.status == 200) {
				t.Errorf("answered by the second worker: %v", to)
			}
			if (len(hung) == 1) != (c.first == "hangs") {
				t.Errorf("reported as hung %d times", len(hung))
			}
			until(t, "both workers are idle", func() bool { return !first.isBusy() && !second.isBusy() })
		})
	}
}

// A request that kills its worker must not kill all of them.
func TestDeadlyRequest(t *testing.T) {
	s := newStage(t, nil)
	var all []*Worker
	for range maxSendings + 2 {
		all = append(all, s.answering(ill["dies"]))
	}
	s.Steer(all)
	if status, _ := s.get("/"); status != http.StatusBadGateway {
		t.Errorf("status %d, want 502", status)
	}
	sent := 0
	for _, w := range all {
		sent += w.requests()
	}
	if sent != maxSendings {
		t.Errorf("sent to %d workers, want %d", sent, maxSendings)
	}
}

// A worker that closes idle connections costs no request, not even one that may not be sent twice.
func TestWorkerClosesIdleConnections(t *testing.T) {
	s := newStage(t, nil)
	w := s.answering(func(conn net.Conn, r *bufio.Reader) {
		readRequest(r)
		io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	})
	s.Steer([]*Worker{w})
	conn, r := s.dial()
	for i := range 50 {
		send(t, conn, "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\n\r\nx")
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("request %d: status %d", i, answer.StatusCode)
		}
		// A POST that comes before the end has come through may be lost; nobody can know better.
		until(t, "the worker has closed its connection", func() bool {
			return state(w, func() bool { return !w.busyOrUsable() })
		})
	}
}

func TestWaitForWorker(t *testing.T) {
	s := newStage(t, func(c *Config) { c.Patience = time.Second })
	type result struct {
		status int
		took   time.Duration
	}
	ask := func() chan result {
		answered := make(chan result, 1)
		until(t, "those before have left", func() bool { return s.clients() == 0 })
		go func() {
			begun := time.Now()
			status, _ := s.get("/")
			answered <- result{status, time.Since(begun)}
		}()
		until(t, "the client is there", func() bool { return s.clients() == 1 || len(answered) == 1 })
		return answered
	}
	waiting := ask()
	w := s.serving(func(http.ResponseWriter, *http.Request) {})
	s.Steer([]*Worker{w})
	if r := <-waiting; r.status != http.StatusOK {
		t.Errorf("status %d, want 200 once a worker is ready", r.status)
	}
	s.Steer(nil)
	waiting = ask()
	s.Answer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "later", http.StatusTeapot) }))
	if r := <-waiting; r.status != http.StatusTeapot {
		t.Errorf("status %d, want the answer that is given in the stead of workers", r.status)
	}
	s.Steer([]*Worker{w})
	if r := <-ask(); r.status != http.StatusTeapot {
		t.Errorf("status %d, want that answer even though a worker is ready", r.status)
	}
	s.Admit()
	if r := <-ask(); r.status != http.StatusOK {
		t.Errorf("status %d, want 200 when workers answer again", r.status)
	}
	s.Steer([]*Worker{s.refusing()})
	if r := <-ask(); r.status != http.StatusBadGateway || r.took < 900*time.Millisecond {
		t.Errorf("status %d after %v, want 502 after a second in which none could be reached", r.status, r.took)
	}
	waiting = ask()
	s.Steer([]*Worker{w})
	if r := <-waiting; r.status != http.StatusOK {
		t.Errorf("status %d, want 200 from a worker that can be reached", r.status)
	}
}

package unavailable

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// away is an answer like that of a pool without a page.
var away = NewAnswer(503, 30*time.Second, Page{})

// end is one end of a pipe that can, as it seems, be closed by half.
type end struct{ net.Conn }

func (end) CloseWrite() error { return nil }

// caller connects to s and gives the other end.
func caller(s *Server) net.Conn {
	ours, theirs := net.Pipe()
	s.Answer(end{ours}, away)
	return theirs
}

// told reads an answer to its last byte.
func told(conn net.Conn, method string) error {
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		return err
	}
	body, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return err
	case response.StatusCode != http.StatusServiceUnavailable || response.Header.Get("Retry-After") != "30":
		return fmt.Errorf("%s, %v", response.Status, response.Header)
	case (len(body) == 0) != (method == http.MethodHead):
		return fmt.Errorf("%s: a body of %d bytes", method, len(body))
	}
	return nil
}

// trickle writes a byte each second until it cannot any more.
func trickle(conn net.Conn, text string) {
	for i := range len(text) {
		time.Sleep(time.Second)
		if _, err := conn.Write([]byte{text[i]}); err != nil {
			return
		}
	}
}

const longRequest = "GET /a/path/that/takes/its/time HTTP/1.1\r\nHost: example.net\r\nAccept: */*\r\n\r\n"

// Alone, a slow client has seconds; and it is answered whatever it has sent by then.
func TestSlowClients(t *testing.T) {
	for name, test := range map[string]struct {
		send  func(net.Conn)
		after time.Duration // when it is answered
	}{
		"fast":          {func(c net.Conn) { io.WriteString(c, longRequest) }, 0},
		"a byte a time": {func(c net.Conn) { trickle(c, longRequest) }, time.Second + slowness},
		"late": {func(c net.Conn) {
			time.Sleep(silence - time.Second)
			io.WriteString(c, longRequest)
		}, silence - time.Second},
		"half a request": {func(c net.Conn) { io.WriteString(c, "GET / HT") }, slowness},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := NewServer()
				defer s.Close()
				conn := caller(s)
				var client sync.WaitGroup
				defer client.Wait()
				defer conn.Close()
				begun := time.Now()
				client.Go(func() { test.send(conn) })
				if err := told(conn, http.MethodGet); err != nil || time.Since(begun) != test.after {
					t.Errorf("answered after %v, %v; want %v", time.Since(begun), err, test.after)
				}
			})
		})
	}
	for name, sent := range map[string]string{"silent": "", "TLS": "\x16\x03\x01\x02\x00\x01\x00"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := NewServer()
				defer s.Close()
				conn := caller(s)
				begun := time.Now()
				go io.WriteString(conn, sent)
				if all, err := io.ReadAll(conn); len(all) > 0 || err != nil || time.Since(begun) > silence {
					t.Errorf("after %v it got %q, %v", time.Since(begun), all, err)
				}
			})
		})
	}
}

// Who goes on sending, or never closes its side, is left in the end.
func TestLingeringEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewServer()
		var clients sync.WaitGroup
		for range 2 {
			conn := caller(s)
			clients.Go(func() { io.Copy(io.Discard, conn) })
			clients.Go(func() { trickle(conn, strings.Repeat(longRequest, 100)) })
		}
		conn := caller(s)
		clients.Go(func() { io.Copy(io.Discard, conn) })
		clients.Go(func() { io.Copy(conn, bytes.NewReader(make([]byte, 2*lingerBytes))) })
		begun := time.Now()
		s.gone.Wait()
		defer clients.Wait()
		if took := time.Since(begun); took > 2*time.Second+slowness+lingerTime {
			t.Errorf("the last one left after %v", took)
		}
	})
}

// A crowd of slow clients costs the seats and no more, and an honest one among them waits for a moment only.
func TestCrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewServer()
		const crowd = 1000
		var done sync.WaitGroup
		answered := make(chan error, crowd)
		begun := time.Now()
		for i := range crowd {
			conn := caller(s)
			s.mu.Lock()
			if n := len(s.here); n > seats {
				t.Errorf("%d clients at a time", n)
			}
			s.mu.Unlock()
			done.Go(func() {
				defer conn.Close()
				if i%2 == 0 { // says nothing at all
					io.Copy(io.Discard, conn)
					return
				}
				done.Go(func() {
					io.WriteString(conn, "G")
					trickle(conn, longRequest[1:])
				})
				answered <- told(conn, http.MethodGet)
			})
		}
		// Each has at least its grace.
		if took := time.Since(begun); took > crowd/seats*grace+time.Second {
			t.Errorf("the last one was let in after %v", took)
		}
		conn := caller(s)
		go io.WriteString(conn, longRequest)
		before := time.Now()
		if err := told(conn, http.MethodGet); err != nil || time.Since(before) > grace {
			t.Errorf("an honest one after %v: %v", time.Since(before), err)
		}
		conn.Close()
		synctest.Wait() // the last ones have begun
		s.Close()
		done.Wait()
		close(answered)
		for err := range answered {
			if err != nil {
				t.Fatalf("one that had begun its request: %v", err)
			}
		}
	})
}

// listen is a real socket, served by s until the test ends.
func listen(t *testing.T, s *Server) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var served sync.WaitGroup
	served.Go(func() { s.Serve(ctx, l.(*net.TCPListener), func() *Answer { return away }) })
	t.Cleanup(func() {
		cancel()
		served.Wait()
		l.Close()
		s.Close()
	})
	return l.Addr().String()
}

func descriptors(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// Through real sockets: clients of all kinds get their answers whole, and see no reset. More of them than there are
// seats may see one, after their answer.
func TestRealClients(t *testing.T) {
	address := listen(t, NewServer())
	realClients(t, address, seats/3, true)
	realClients(t, address, 50, false)
}

func realClients(t *testing.T, address string, each int, quietly bool) {
	var clients sync.WaitGroup
	for range each {
		for name, send := range map[string]func(net.Conn){
			"GET":  func(c net.Conn) { io.WriteString(c, longRequest) },
			"HEAD": func(c net.Conn) { io.WriteString(c, "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n") },
			"POST": func(c net.Conn) { // a body that nobody has asked for
				fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", 1<<20)
				c.Write(make([]byte, 1<<20))
			},
		} {
			clients.Go(func() {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					t.Error(err)
					return
				}
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(20 * time.Second))
				send(conn)
				if err := told(conn, name); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if n, err := conn.Read(make([]byte, 1)); quietly && (n > 0 || !errors.Is(err, io.EOF)) {
					t.Errorf("%s: after the answer %d bytes, %v", name, n, err)
				}
			})
		}
	}
	clients.Wait()
}

// While hundreds of connections stand, the manager has a few of them.
func TestFloodCostsNoDescriptors(t *testing.T) {
	s := NewServer()
	address := listen(t, s)
	before, goroutines := descriptors(t), runtime.NumGoroutine()
	var crowd []net.Conn
	for range 300 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		crowd = append(crowd, conn)
		io.WriteString(conn, "GET / HTTP/1.1\r\nX: ")
	}
	// One is accepted and waits for its seat.
	if now := descriptors(t); now > before+len(crowd)+seats+1 {
		t.Errorf("%d descriptors for %d clients", now-before-len(crowd), len(crowd))
	}
	if now := runtime.NumGoroutine(); now > goroutines+seats+1 {
		t.Errorf("%d goroutines for %d clients", now-goroutines, len(crowd))
	}
	client := http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	begun := time.Now()
	response, err := client.Get("http://" + address)
	if err != nil || response.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("an honest client: %+v, %v", response, err)
	}
	response.Body.Close()
	t.Logf("behind %d slow clients an honest one was answered after %v", len(crowd), time.Since(begun).Round(time.Millisecond))
	for i, conn := range crowd {
		conn.SetDeadline(time.Now().Add(20 * time.Second))
		if i < len(crowd)-seats { // all but the last had to go
			if err := told(conn, http.MethodGet); err != nil {
				t.Errorf("slow client %d: %v", i, err)
			}
		}
		conn.Close()
	}
}

// What ends may begin again at the same socket, at once.
func TestServeAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := NewServer()
	defer s.Close()
	for range 20 {
		ctx, cancel := context.WithCancel(context.Background())
		var served sync.WaitGroup
		served.Go(func() { s.Serve(ctx, l.(*net.TCPListener), func() *Answer { return away }) })
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		io.WriteString(conn, longRequest)
		if err := told(conn, http.MethodGet); err != nil {
			t.Fatal(err)
		}
		conn.Close()
		cancel()
		served.Wait()
	}
	l.Close()
	s.Serve(context.Background(), l.(*net.TCPListener), func() *Answer { return away }) // returns
}

package proxy

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// FuzzProxy has a client and a worker that send anything. Whatever comes of that, the next client is served.
func FuzzProxy(f *testing.F) {
	for _, seed := range [][2]string{
		{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"},
		{"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"},
		{"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ::1, \x7f\r\nForwarded: for=\"_x\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200\r\n\r\n"},
		{"GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nx"},
		{"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n"},
		{"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "nothing"}, {"\x16\x03\x01", ""},
	} {
		f.Add([]byte(seed[0]), []byte(seed[1]))
	}
	s := newStage(f, nil)
	answer := make(chan []byte, 1)
	wild := s.answering(func(conn net.Conn, _ *bufio.Reader) {
		select {
		case bytes := <-answer:
			_, _ = conn.Write(bytes) // the proxy may have gone
		default:
		}
	})
	well := s.serving(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "well") })
	f.Fuzz(func(t *testing.T, sent, answered []byte) {
		s.order(wild)
		select {
		case <-answer: // the one before was not asked for
		default:
		}
		answer <- answered
		conn, err := net.Dial("tcp", s.address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = conn.Write(sent) // it may be refused half way
		_ = conn.(*net.TCPConn).CloseWrite()
		_ = conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
		_, _ = io.Copy(io.Discard, io.LimitReader(conn, 1<<20))
		s.order(well)
		response, err := (&http.Client{Timeout: 20 * time.Second}).Get("http://" + s.address)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || string(body) != "well" {
			t.Errorf("the next one got %s, %q, %v", response.Status, body, err)
		}
	})
}

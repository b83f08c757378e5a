package webhook

import (
	"bufio"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func now() time.Time { return time.Now() }

func signature(t *testing.T, s *stage, body []byte) string {
	t.Helper()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// raw sends bytes as they are, and returns what came back within a while.
func (s *stage) raw(text string) string {
	s.t.Helper()
	conn, err := net.Dial("tcp", strings.Split(strings.TrimPrefix(s.url, "http://"), "/")[0])
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		s.t.Fatal(err)
	}
	conn.(*net.TCPConn).CloseWrite()
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(line)
}

func TestHostile(t *testing.T) {
	s := newStage(t)
	sample := s.sample()
	head := func(length string) string {
		return "POST /hooks/deploy HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: push\r\nX-Hub-Signature-256: " + sample.Header["X-Hub-Signature-256"] + "\r\n" + length + "\r\n\r\n"
	}
	for name, test := range map[string]struct{ sent, answer string }{
		"truncated":       {head(fmt.Sprintf("Content-Length: %d", len(sample.Body))) + string(sample.Body[:10]), "400"},
		"huge":            {head("Content-Length: 104857600"), "413"},
		"huge, elsewhere": {"POST /other HTTP/1.1\r\nHost: x\r\nContent-Length: 104857600\r\n\r\n", "413"},
		"huge, in chunks": {head("Transfer-Encoding: chunked") + "500000\r\n" + strings.Repeat("x", 0x500000) + "\r\n0\r\n\r\n", "413"},
		"many headers":    {"POST /hooks/deploy HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-A: "+strings.Repeat("a", 1000)+"\r\n", 100) + "\r\n", "431"},
		"no HTTP":         {"\x16\x03\x01\r\n\r\n", "400"},
	} {
		if answer := s.raw(test.sent); !strings.Contains(answer, test.answer) && !(name == "many headers" && strings.Contains(answer, "reset")) {
			t.Errorf("%s: %s", name, answer)
		}
	}
	if asked := s.pipelines.asked(); asked != 0 {
		t.Errorf("%d runs", asked)
	}
	large := s.sample()
	large.Body = []byte(`{"ref":"refs/heads/main","x":"` + strings.Repeat("x", 3<<20) + `"}`)
	large.Header["X-Hub-Signature-256"] = signature(t, s, large.Body)
	if r := s.post(large); r.status != http.StatusAccepted {
		t.Errorf("a large push: %d %s", r.status, r.text)
	}
}

// Those who say nothing, or one byte at a time, keep nobody out for long.
func TestSlow(t *testing.T) {
	s := newStage(t)
	address := strings.Split(strings.TrimPrefix(s.url, "http://"), "/")[0]
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var crowd sync.WaitGroup
	for i := range 3 * maxConnections {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		if i%2 == 0 {
			io.WriteString(conn, "POST /hooks/deploy HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: sha256="+strings.Repeat("0", 64)+"\r\nContent-Length: 100000\r\n\r\n")
			crowd.Go(func() {
				for ctx.Err() == nil {
					if _, err := io.WriteString(conn, "x"); err != nil {
						return
					}
					select {
					case <-time.After(50 * time.Millisecond):
					case <-ctx.Done():
					}
				}
			})
		}
	}
	began := time.Now()
	if r := s.post(s.sample()); r.status != http.StatusAccepted {
		t.Errorf("%d %s", r.status, r.text)
	}
	// All in front of it had a seat, one after the other, and each lost it after patience.
	if took := time.Since(began); took > 60*patience {
		t.Errorf("it took %v", took)
	}
	cancel()
	crowd.Wait()
}

// Under load one program after the other serves the same socket: nobody is refused, cut or answered twice.
func TestMove(t *testing.T) {
	s := newStage(t)
	held := listen(t) // as the socket that is handed over
	defer held.Close()
	file, err := held.(*net.TCPListener).File()
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	again := func() net.Listener {
		l, err := net.FileListener(file)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	s.open(again())
	var done atomic.Bool
	var sent, bad atomic.Int64
	var load sync.WaitGroup
	key, err := s.hook.Rule.NewKey([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	target := s.url
	for i := range 4 {
		load.Go(func() {
			client := &http.Client{Timeout: 20 * time.Second}
			for n := 0; !done.Load(); n++ {
				sample := s.hook.Rule.Sample(key, true, fmt.Sprintf("%d-%d", i, n), time.Now())
				request, err := http.NewRequest(http.MethodPost, target, strings.NewReader(string(sample.Body)))
				if err != nil {
					t.Error(err)
					return
				}
				request.GetBody = nil // nothing is sent again by itself
				for name, value := range sample.Header {
					request.Header.Set(name, value)
				}
				sent.Add(1)
				response, err := client.Do(request)
				if err != nil || response.StatusCode != http.StatusOK && response.StatusCode != http.StatusTooManyRequests {
					bad.Add(1)
					t.Errorf("%v %v", response, err)
					return
				}
				io.Copy(io.Discard, response.Body)
				response.Body.Close()
			}
		})
	}
	for range 10 {
		at := sent.Load()
		for deadline := time.Now().Add(10 * time.Second); sent.Load() < at+20 && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		if err := s.server.Move(ctx); err != nil {
			t.Error(err)
		}
		cancel()
		s.open(again())
	}
	done.Store(true)
	load.Wait()
	if sent.Load() < 100 || bad.Load() > 0 {
		t.Errorf("%d of %d", bad.Load(), sent.Load())
	}
}

// FuzzRequest sends bytes to a hook, which has to take the next push.
func FuzzRequest(f *testing.F) {
	f.Add([]byte("POST /hooks/deploy HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: push\r\nX-Hub-Signature-256: sha256=00\r\nContent-Length: 2\r\n\r\n{}"))
	f.Add([]byte("GET /hooks/deploy/runs/1?token=%zz HTTP/1.1\r\nHost: x\r\n\r\n"))
	f.Add([]byte("POST /hooks/deploy HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"))
	f.Add([]byte("\x16\x03\x01"))
	f.Fuzz(func(t *testing.T, sent []byte) {
		s := newStage(t)
		conn, err := net.Dial("tcp", strings.Split(strings.TrimPrefix(s.url, "http://"), "/")[0])
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.Write(sent)
		conn.(*net.TCPConn).CloseWrite()
		conn.SetReadDeadline(time.Now().Add(time.Second))
		io.Copy(io.Discard, conn)
		if asked := s.pipelines.asked(); asked != 0 {
			t.Errorf("%d runs", asked)
		}
		if r := s.post(s.sample()); r.status != http.StatusAccepted {
			t.Errorf("%d %s", r.status, r.text)
		}
	})
}

package server_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unitd/ipc/ipctest"
	"unitd/ipc/server"
)

func dial(t *testing.T, socket string) net.Conn {
	t.Helper()
	conn, err := net.Dial("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// answers fails the test unless the server still answers an ordinary request.
func answers(t *testing.T, socket string) {
	t.Helper()
	if status, _, text := ask(t, socket, "GET", "/v1/manager", ""); status != http.StatusOK {
		t.Fatalf("afterwards: %d %s", status, text)
	}
}

func TestHostileCallers(t *testing.T) {
	tests := []struct {
		name, send string
		want       string // beginning of what comes back; "" where the caller hangs up first
	}{
		{"nothing", "", ""},
		{"garbage", "\x00\x01\x02\xff\xfe garbage \r\n\r\n", "HTTP/1.1 400"},
		{"half a request", "GET /v1/units HT", ""},
		{"half a body", "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{\"verb\"", ""},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", "HTTP/1.1 400"},
		{"long header", "GET /v1/units HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 100<<10) + "\r\n\r\n", "HTTP/1.1 431"},
		{"long path", "GET /" + strings.Repeat("x", 100<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 431"},
		{"no host", "GET /v1/units HTTP/1.1\r\n\r\n", "HTTP/1.1 400"},
		{"two lengths", "POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", "HTTP/1.1 400"},
		{"dots", "GET /v1/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 307"},
		{"star", "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 200"},
		{"upgrade", "GET /v1/manager HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", "HTTP/1.1 200"},
	}
	fake := manager()
	socket := ipctest.Serve(t, fake)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			conn := dial(t, socket)
			// The server may hang up while a long header is still being written.
			if _, err := io.WriteString(conn, test.send); err != nil && len(test.send) < 64<<10 {
				t.Fatal(err)
			}
			if test.want != "" {
				line, err := bufio.NewReader(conn).ReadString('\n')
				if err != nil || !strings.HasPrefix(line, test.want) {
					t.Fatalf("got %q, %v; want %s", line, err, test.want)
				}
			}
			conn.Close()
			answers(t, socket)
		})
	}
	if asked := fake.Asked(); len(asked) > 0 {
		t.Errorf("the manager was asked %q", asked)
	}
}

// TestLargeBody sends 100 MB, with its length announced and without.
func TestLargeBody(t *testing.T) {
	const size = 100 << 20
	for name, header := range map[string]string{
		"announced": "Content-Length: 104857600",
		"chunked":   "Transfer-Encoding: chunked",
	} {
		t.Run(name, func(t *testing.T) {
			socket := ipctest.Serve(t, manager())
			conn := dial(t, socket)
			if _, err := io.WriteString(conn, "POST /v1/jobs HTTP/1.1\r\nHost: x\r\n"+header+"\r\n\r\n"); err != nil {
				t.Fatal(err)
			}
			sent := 0
			for block := "10000\r\n" + strings.Repeat("x", 0x10000) + "\r\n"; sent < size; {
				n, err := io.WriteString(conn, block)
				sent += n
				if err != nil {
					break // the server hung up, as it should
				}
			}
			if sent >= size {
				t.Fatal("the server took all of it")
			}
			line, err := bufio.NewReader(conn).ReadString('\n')
			if err == nil && !strings.HasPrefix(line, "HTTP/1.1 413") {
				t.Fatalf("got %q", line)
			}
			answers(t, socket)
		})
	}
}

// TestManyStreams opens as many streams as there may be; one more is refused, other requests are not.
func TestManyStreams(t *testing.T) {
	fake := manager()
	fake.Hold = true
	socket := ipctest.Serve(t, fake)
	open := 0
	for range 40 {
		conn := dial(t, socket)
		if _, err := io.WriteString(conn, "GET /v1/watch HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(conn).ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "HTTP/1.1 503") {
			break
		}
		open++
	}
	if open != 16 {
		t.Fatalf("%d streams were opened, want 16", open)
	}
	answers(t, socket)
}

// TestManyConnections holds every connection there may be; whoever comes next waits, and is served when
// one ends.
func TestManyConnections(t *testing.T) {
	socket := ipctest.Serve(t, manager())
	held := make([]net.Conn, 32)
	for i := range held {
		held[i] = dial(t, socket)
		io.WriteString(held[i], "GET /v1/manager HTTP/1.1\r\nHost: x\r\n\r\n")
		if _, err := bufio.NewReader(held[i]).ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	late := dial(t, socket)
	io.WriteString(late, "GET /v1/manager HTTP/1.1\r\nHost: x\r\n\r\n")
	late.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, err := late.Read(make([]byte, 1)); err == nil {
		t.Fatalf("33rd connection read %d bytes", n)
	}
	held[0].Close()
	late.SetReadDeadline(time.Now().Add(10 * time.Second))
	if line, err := bufio.NewReader(late).ReadString('\n'); err != nil || !strings.HasPrefix(line, "HTTP/1.1 200") {
		t.Fatalf("got %q, %v", line, err)
	}
}

func TestListen(t *testing.T) {
	dir, err := os.MkdirTemp("", "ipc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "control.sock")
	first, err := server.Listen(path, 0o700, -1)
	if err != nil {
		t.Fatal(err)
	}
	// As a manager leaves it that was killed.
	first.(*net.UnixListener).SetUnlinkOnClose(false)
	first.Close()
	second, err := server.Listen(path, 0o770, os.Getgid())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	found, err := os.Stat(path)
	if err != nil || found.Mode().Perm() != 0o770 {
		t.Fatalf("mode %v, %v", found.Mode(), err)
	}

	if _, err := server.Listen(filepath.Join(dir, strings.Repeat("x", 200)), 0o700, -1); err == nil || !strings.Contains(err.Error(), "--runtime-dir") {
		t.Errorf("long path: %v", err)
	}
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := server.Listen(plain, 0o700, -1); err == nil || !strings.Contains(err.Error(), "no socket") {
		t.Errorf("file in the way: %v", err)
	}
	if _, err := server.Listen(filepath.Join(dir, "missing", "s"), 0o700, -1); err == nil {
		t.Error("missing directory is no error")
	}
}

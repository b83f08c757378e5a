package probe

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// serve starts an HTTP server on loopback and returns its URL.
func serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return server.URL
}

// ask makes the check with a timeout and returns its error's text, "" for none.
func ask(t *testing.T, check Check, timeout time.Duration) string {
	t.Helper()
	ctx, cancel := WithTimeout(t.Context(), timeout)
	defer cancel()
	if err := check.Do(ctx); err != nil {
		return err.Error()
	}
	return ""
}

func TestHTTPStatus(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/moved":
			http.Redirect(w, r, "/broken", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/broken":
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	only204 := Statuses{{204, 204}}
	cases := map[string]struct {
		check HTTP
		want  string
	}{
		"fine":                       {HTTP{URL: url + "/"}, ""},
		"unavailable":                {HTTP{URL: url + "/broken"}, "get " + url + "/broken: status 503, want 200-399"},
		"a redirect is not followed": {HTTP{URL: url + "/moved"}, ""},
		"redirects in a loop":        {HTTP{URL: url + "/loop"}, ""},
		"a redirect not wanted":      {HTTP{URL: url + "/moved", Status: only204}, "get " + url + "/moved: status 302, want 204"},
		"another method":             {HTTP{URL: url + "/broken", Method: "HEAD"}, "head " + url + "/broken: status 503, want 200-399"},
		"another name":               {HTTP{URL: url + "/broken", Target: "/broken of worker 2"}, "get /broken of worker 2: status 503, want 200-399"},
		"a URL that is none":         {HTTP{URL: "http://a b/"}, `get http://a b/: parse "http://a b/": invalid character " " in host name`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := ask(t, c.check, 5*time.Second); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestHTTPSendsHeaders(t *testing.T) {
	var got *http.Request
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) { got = r })
	check := HTTP{URL: url, Headers: map[string]string{"host": "shop.example", "X-Key": "k"}}
	if text := ask(t, check, 5*time.Second); text != "" {
		t.Fatal(text)
	}
	if got.Host != "shop.example" || got.Header.Get("X-Key") != "k" || got.UserAgent() != "unitd-probe" || !got.Close {
		t.Errorf("host %q, key %q, agent %q, close %v", got.Host, got.Header.Get("X-Key"), got.UserAgent(), got.Close)
	}
}

func TestHTTPTimeoutNamesItsDuration(t *testing.T) {
	release := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/half" {
			w.Header().Set("Content-Length", "10")
			_, _ = io.WriteString(w, "half")
			w.(http.Flusher).Flush()
		}
		<-release
	})
	defer close(release)
	for _, path := range []string{"/none", "/half"} {
		want := "get " + url + path + ": no answer within 50ms"
		if got := ask(t, HTTP{URL: url + path}, 50*time.Millisecond); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestHTTPReadsBounded(t *testing.T) {
	var sent int
	done := make(chan struct{})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		defer close(done)
		for block := make([]byte, 64<<10); r.Context().Err() == nil; sent++ {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	if got := ask(t, HTTP{URL: url}, 10*time.Second); got != "" {
		t.Error(got)
	}
	<-done // the connection was closed although the body goes on
	if sent == 0 {
		t.Error("nothing was sent")
	}
}

func TestHTTPBrokenAnswers(t *testing.T) {
	for name, c := range map[string]struct{ answer, want string }{
		"nothing":          {"", "connection closed before the answer was complete"},
		"half a body":      {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "connection closed before the answer was complete"},
		"another protocol": {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "malformed HTTP"},
		"endless header":   {"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 2*maxHeaderBytes), "exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			address := answerOnce(t, c.answer)
			got := ask(t, HTTP{URL: "http://" + address}, 5*time.Second)
			if !strings.HasPrefix(got, "get http://"+address+": ") || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want it to say %q", got, c.want)
			}
		})
	}
}

// answerOnce accepts one connection, reads its request, sends answer and closes.
func answerOnce(t *testing.T, answer string) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, answer)
	}()
	return listener.Addr().String()
}

func TestNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	if got, want := ask(t, HTTP{URL: "http://u:secret@" + address + "/x"}, time.Second), "get http://u:xxxxx@"+address+"/x: connection refused"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := ask(t, TCP{Address: address}, time.Second), "connect "+address+": connection refused"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDialers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close() })
	if got := ask(t, HTTP{URL: "http://localhost/", Dial: toUnix(path), Status: Statuses{{404, 404}}}, time.Second); got != "" {
		t.Error(got)
	}
	if got := ask(t, TCP{Address: "unix:" + path}, time.Second); got != "" {
		t.Error(got)
	}
	if got, want := ask(t, TCP{Address: "unix:" + path + ".not"}, time.Second), "connect unix:"+path+".not: no such file or directory"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}

	var from string
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) { from, _, _ = net.SplitHostPort(r.RemoteAddr) })
	if got := ask(t, HTTP{URL: url, Dial: fromSource(net.IPv4(127, 77, 0, 3))}, time.Second); got != "" || from != "127.77.0.3" {
		t.Errorf("got %q from %q, want a connection from 127.77.0.3", got, from)
	}
}

func TestPath(t *testing.T) {
	directory := t.TempDir()
	if got := ask(t, Path(directory), time.Second); got != "" {
		t.Error(got)
	}
	if err := os.Symlink("nowhere", directory+"/dangling"); err != nil {
		t.Fatal(err)
	}
	want := "stat " + directory + "/dangling: no such file or directory"
	if got := ask(t, Path(directory+"/dangling"), time.Second); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestFunc(t *testing.T) {
	failed := Func(func(context.Context) error { return errors.New("exit status 3") })
	if got := ask(t, failed, time.Second); got != "exit status 3" {
		t.Errorf("got %q", got)
	}
	slow := Func(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
	if got, want := ask(t, slow, 20*time.Millisecond), "run check: no answer within 20ms"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCheckLeavesNoConnection(t *testing.T) {
	url := serve(t, func(http.ResponseWriter, *http.Request) {})
	before := openFiles(t)
	for range 20 {
		if got := ask(t, HTTP{URL: url}, time.Second); got != "" {
			t.Fatal(got)
		}
	}
	// The server closes its ends a moment later.
	for deadline := time.Now().Add(5 * time.Second); openFiles(t) > before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d files are open, %d were before", openFiles(t), before)
		}
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

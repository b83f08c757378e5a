package alert

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const planted = "S3CRET"

// answers serves what the path asks for.
func answers(t *testing.T) http.Handler {
	seen := 0
	mux := http.NewServeMux()
	mux.HandleFunc("/ok/", func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || string(body) != "text" || r.Header.Get("Authorization") != planted || r.Header.Get("Content-Type") != "text/plain" || !strings.HasPrefix(r.Header.Get("User-Agent"), "unitd/") {
			t.Errorf("%s %v %q", r.Method, r.Header, body)
		}
	})
	mux.HandleFunc("/default/", func(_ http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("content type %s", r.Header.Get("Content-Type"))
		}
	})
	mux.HandleFunc("/hang/", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.ReadAll(r.Body) // else the server does not notice that the client has gone
		<-r.Context().Done()
	})
	mux.HandleFunc("/moved/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/seen/", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/seen/", func(http.ResponseWriter, *http.Request) { seen++ })
	t.Cleanup(func() {
		if seen > 0 {
			t.Error("a redirect was followed")
		}
	})
	mux.HandleFunc("/echo/", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no "+r.URL.Path+"\nmore", http.StatusNotFound)
	})
	mux.HandleFunc("/down/", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	mux.HandleFunc("/busy/", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "70")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	mux.HandleFunc("/endless/", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/cut/", func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			conn.Close()
		}
	})
	return mux
}

func TestPost(t *testing.T) {
	server := httptest.NewServer(answers(t))
	defer server.Close()
	for _, c := range []struct {
		url, want string
		secret    bool
		final     bool
	}{
		{url: server.URL + "/ok/" + planted},
		{url: server.URL + "/default/"},
		{url: server.URL + "/endless/"},
		{url: server.URL + "/hang/", want: "no answer in time"},
		{url: server.URL + "/moved/", want: "it answered 307 Temporary Redirect; redirects are not followed, give the url that they lead to", final: true},
		{url: server.URL + "/echo/" + planted, want: "it answered 404 Not Found", secret: true, final: true},
		{url: server.URL + "/echo/me", want: "it answered 404 Not Found: no /echo/me", final: true},
		{url: server.URL + "/down/", want: "it answered 502 Bad Gateway"},
		{url: server.URL + "/busy/", want: "it answered 429 Too Many Requests"},
		{url: server.URL + "/cut/", want: "it closed the connection without an answer"},
		{url: "http://127.0.0.1:1/" + planted, want: "connection refused"},
		{url: "http://" + planted + ".invalid/", want: "its host name"},
		{url: strings.Replace(server.URL, "http:", "https:", 1) + "/" + planted, want: "it does not speak TLS", final: true},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		r := Request{URL: c.url, Body: []byte("text"), Secret: c.secret, Headers: map[string]string{"Authorization": planted, "Content-Type": "text/plain"}}
		if strings.Contains(c.url, "/default/") {
			r.Headers = nil
		}
		err := Post(ctx, r)
		cancel()
		switch {
		case c.want == "" && err != nil, c.want != "" && err == nil, err != nil && !strings.HasPrefix(err.Error(), c.want):
			t.Errorf("%s: %v, want %q", c.url, err, c.want)
		case err != nil && strings.Contains(err.Error(), planted):
			t.Errorf("the error tells: %v", err)
		case final(err) != c.final:
			t.Errorf("%s: final %v", c.url, final(err))
		}
		if strings.Contains(c.url, "/busy/") && after(err) != 70*time.Second {
			t.Errorf("to be tried again after %v", after(err))
		}
	}
	if got := after(&later{errors.New("x"), time.Hour}); got != maxLater {
		t.Errorf("to be tried again after %v", got)
	}
}

func TestPostChecksCertificates(t *testing.T) {
	server := httptest.NewTLSServer(answers(t))
	defer server.Close()
	server.Config.ErrorLog = nil
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		url, want string
		roots     *x509.CertPool
	}{
		{url: server.URL + "/default/", roots: roots},
		{url: server.URL + "/default/", want: "its certificate is signed by nobody that this host trusts", roots: x509.NewCertPool()},
		{url: "https://localhost:" + port + "/default/", want: "its certificate is that of another host", roots: roots},
	} {
		err := Post(t.Context(), Request{URL: c.url, roots: c.roots})
		if withoutRoots() && c.want != "" && err != nil && strings.Contains(err.Error(), "no CA files") {
			continue
		}
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want || !final(err)) {
			t.Errorf("%s: %v, want %q", c.url, err, c.want)
		}
	}
}

// On a host without CA files the error says so, instead of blaming the other side.
func TestPostWithoutCAFiles(t *testing.T) {
	if url := os.Getenv("POST_TO"); url != "" { // in a process of its own, since roots are read once
		fmt.Println("said:", Post(t.Context(), Request{URL: url}))
		return
	}
	server := httptest.NewTLSServer(answers(t))
	defer server.Close()
	cmd := exec.Command(os.Args[0], "-test.run=^TestPostWithoutCAFiles$")
	cmd.Env = append(os.Environ(), "POST_TO="+server.URL+"/default/", "SSL_CERT_FILE=/nonexistent", "SSL_CERT_DIR=/nonexistent")
	output, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "said: no certificate can be checked: this host has no CA files") {
		t.Errorf("%v\n%s", err, output)
	}
	// With the authority of the other side among the CA files it is told.
	file := filepath.Join(t.TempDir(), "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(file, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(os.Args[0], "-test.run=^TestPostWithoutCAFiles$")
	cmd.Env = append(os.Environ(), "POST_TO="+server.URL+"/default/", "SSL_CERT_FILE="+file, "SSL_CERT_DIR=/nonexistent")
	if output, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(output), "said: <nil>") {
		t.Errorf("%v\n%s", err, output)
	}
}

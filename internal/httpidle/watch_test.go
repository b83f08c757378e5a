package httpidle

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"
)

// Whoever was accepted before the listener was closed is answered, however late its request comes.
func TestNobodyIsTurnedAway(t *testing.T) {
	var w Watch
	server := &http.Server{ConnState: w.Observe, ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, "well")
	})}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for deadline := time.Now().Add(10 * time.Second); w.Busy() == 0; <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it was not accepted")
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; !errors.Is(err, net.ErrClosed) {
		t.Fatal(err)
	}
	server.SetKeepAlivesEnabled(false)
	short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := w.Wait(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("it did not wait for a client that has not said anything yet: %v", err)
	}
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	answer := make(chan string, 1)
	go func() {
		text, _ := io.ReadAll(conn)
		answer <- string(text)
	}()
	if err := w.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	if text := <-answer; len(text) < 4 || text[len(text)-4:] != "well" {
		t.Errorf("it was answered %q", text)
	}
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

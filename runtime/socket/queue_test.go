package socket

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// wait makes n connections that stay in the queue of slot, which must have no worker.
func wait(t testing.TB, g *Group, slot, n int) []net.Conn {
	t.Helper()
	conns := make([]net.Conn, n)
	for i := range conns {
		conn, err := g.Dial(context.Background(), slot)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		conns[i] = conn
	}
	return conns
}

func mustQueue(t testing.TB, g *Group, slot, want int) {
	t.Helper()
	if waiting, _, err := g.Queue(slot); err != nil || waiting != want {
		t.Fatalf("%d wait in slot %d (%v), want %d", waiting, slot, err, want)
	}
}

func TestQueue(t *testing.T) {
	g, err := OpenGroup(loopback(t), 3, Options{Unit: "pool.test", Backlog: 17})
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	wait(t, g, 1, 5)
	mustQueue(t, g, 0, 0)
	mustQueue(t, g, 1, 5)
	if _, backlog, err := g.Queue(1); err != nil || backlog != 17 {
		t.Errorf("backlog %d, %v; want 17", backlog, err)
	}
	serve(t, g, 1)
	eventually(t, "the worker empties its queue", func() bool {
		waiting, _, err := g.Queue(1)
		return err == nil && waiting == 0
	})
	if _, _, err := g.Queue(3); err == nil {
		t.Error("the queue of no slot gave no error")
	}
	shutDown(t, g, 2)
	if err := queueError(g, 2); !errors.Is(err, ErrNotListening) {
		t.Errorf("the queue of a slot that was shut down: %v", err)
	}
}

func TestDrained(t *testing.T) {
	const quiet = 20 * time.Millisecond
	g := openGroup(t, loopback(t), 2)
	begun := time.Now()
	if err := g.Drained(context.Background(), 1, quiet); err != nil || time.Since(begun) < quiet {
		t.Fatalf("an empty queue: %v after %v, want at least %v", err, time.Since(begun), quiet)
	}

	wait(t, g, 1, 3)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	err := g.Drained(ctx, 1, quiet)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "3 connections wait") {
		t.Fatalf("a full queue without a worker: %v", err)
	}

	done := make(chan error, 1)
	begun = time.Now()
	go func() { done <- g.Drained(context.Background(), 1, quiet) }()
	eventually(t, "the queue was looked at for longer than quiet", func() bool { return time.Since(begun) > 3*quiet })
	served := time.Now()
	serve(t, g, 1)
	select {
	case err := <-done:
		if err != nil || time.Since(served) < quiet {
			t.Fatalf("drained %v after the worker came, %v; want at least %v", time.Since(served), err, quiet)
		}
		mustQueue(t, g, 1, 0)
	case <-time.After(10 * time.Second):
		t.Fatal("not drained although the worker took everything")
	}

	shutDown(t, g, 0)
	if err := g.Drained(context.Background(), 0, quiet); !errors.Is(err, ErrNotListening) {
		t.Fatalf("a slot that was shut down: %v", err)
	}
}

func descriptors(t testing.TB) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// An idle group costs one descriptor for each slot, no goroutine and no place in an epoll set; closed it costs
// nothing.
func TestNothingLeaks(t *testing.T) {
	life := func() {
		g := openGroup(t, loopback(t), 4)
		for _, conn := range wait(t, g, 2, 3) {
			conn.Close()
		}
		shutDown(t, g, 0)
		shutDown(t, g, 3)
		if _, err := g.Repair(); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(g.Resize(6), g.Resize(2), g.Close()); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenGroup(parse(t, "192.0.2.231:8001"), 3, Options{}); err == nil {
			t.Fatal("bound to an address of another host")
		}
		l := listen(t, unixAddress(t), Options{})
		unix.Shutdown(int(l.File().Fd()), unix.SHUT_RDWR)
		if _, err := l.Repair(); err != nil {
			t.Fatal(err)
		}
		l.Close()
	}
	life() // the poller's own descriptors
	before, goroutines := descriptors(t), runtime.NumGoroutine()
	for range 5 {
		life()
	}
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors before, %d after", before, after)
	}
	g := openGroup(t, loopback(t), 4)
	if now := descriptors(t); now != before+5 {
		t.Errorf("a group of 4 slots costs %d descriptors, want them and one more", now-before)
	}
	g.Close()
	eventually(t, "the goroutines end", func() bool { return runtime.NumGoroutine() <= goroutines })
}

package socket

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// toSlot dials a slot of g for Relay.
func toSlot(g *Group, slot int) func(context.Context) (net.Conn, error) {
	return func(ctx context.Context) (net.Conn, error) { return g.Dial(ctx, slot) }
}

// echo sends back all that it is sent, once it was told the end, on each connection to slot.
func echo(t *testing.T, g *Group, slot int) {
	t.Helper()
	listener, err := net.FileListener(g.File(slot))
	if err != nil {
		t.Fatal(err)
	}
	var gone sync.WaitGroup
	gone.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			gone.Go(func() {
				defer conn.Close()
				if all, err := io.ReadAll(conn); err == nil {
					conn.Write(all)
				}
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		gone.Wait()
	})
}

// More connections than are relayed at a time wait in a slot whose worker died; all are served by another.
func TestRelayServesWhatWaits(t *testing.T) {
	g := openGroup(t, loopback(t), 3)
	waiting := wait(t, g, 0, 3*relayAtOnce)
	serve(t, g, 2)
	var clients sync.WaitGroup
	for _, conn := range waiting {
		clients.Go(func() {
			if slot, err := answer(conn); err != nil || slot != 2 {
				t.Errorf("served by slot %d, %v; want 2", slot, err)
			}
		})
	}
	relayed, err := g.Relay(context.Background(), nil, 0, toSlot(g, 2))
	if err != nil || relayed != len(waiting) {
		t.Fatalf("relayed %d, %v; want %d", relayed, err, len(waiting))
	}
	clients.Wait()
	mustQueue(t, g, 0, 0)
	mustStayBlocking(t, g, 0)
	if relayed, err := g.Relay(context.Background(), nil, 0, toSlot(g, 2)); err != nil || relayed != 0 {
		t.Fatalf("relaying an empty queue: %d, %v", relayed, err)
	}
}

// Another process may be faster than the look at the queue; that must not block the manager.
func TestAcceptNeverBlocks(t *testing.T) {
	g := openGroup(t, loopback(t), 1)
	done := make(chan error, 1)
	go func() {
		_, err := acceptBriefly(int(g.File(0).Fd()))
		done <- err
	}()
	select {
	case err := <-done:
		if !errors.Is(err, ErrNoneWaits) {
			t.Errorf("accepting from an empty queue: %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("accepting from an empty queue blocks")
	}
	mustStayBlocking(t, g, 0)
}

// mustStayBlocking checks that a child gets the socket as it was before unitd accepted on it.
func mustStayBlocking(t *testing.T, g *Group, slot int) {
	t.Helper()
	fd := int(g.File(slot).Fd())
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err != nil || flags&unix.O_NONBLOCK != 0 {
		t.Errorf("slot %d has become non-blocking: %#x, %v", slot, flags, err)
	}
	if timeout, err := unix.GetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO); err != nil || *timeout != (unix.Timeval{}) {
		t.Errorf("slot %d keeps a receive timeout: %v, %v", slot, timeout, err)
	}
}

// A client that ends its own side first still gets its answer, all of it.
func TestRelayHalfClose(t *testing.T) {
	g := openGroup(t, loopback(t), 2)
	echo(t, g, 1)
	sent := make([]byte, 3<<20+17)
	rand.NewChaCha8([32]byte{1}).Read(sent)
	conn := wait(t, g, 0, 1)[0]
	conn.SetDeadline(time.Now().Add(20 * time.Second))
	done := make(chan error, 1)
	go func() {
		_, err := g.Relay(context.Background(), nil, 0, toSlot(g, 1))
		done <- err
	}()
	if _, err := conn.Write(sent); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(conn); err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("%d bytes came back, %v; want the %d sent", len(got), err, len(sent))
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}

// What comes while others are carried is relayed too, and the end of ctx cuts what is left.
func TestRelayEndsWithItsContext(t *testing.T) {
	g := openGroup(t, loopback(t), 2)
	echo(t, g, 1)
	slow := wait(t, g, 0, 1)[0]
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	type result struct {
		relayed int
		err     error
	}
	done := make(chan result, 1)
	go func() {
		relayed, err := g.Relay(ctx, nil, 0, toSlot(g, 1))
		done <- result{relayed, err}
	}()
	eventually(t, "the first connection is taken", func() bool { return queueIs(g, 0, 0) })
	late := wait(t, g, 0, 1)[0]
	late.Write([]byte("late"))
	late.(*net.TCPConn).CloseWrite()
	late.SetDeadline(time.Now().Add(10 * time.Second))
	if got, err := io.ReadAll(late); err != nil || string(got) != "late" {
		t.Fatalf("the late connection got %q, %v", got, err)
	}
	select {
	case r := <-done:
		t.Fatalf("Relay returned %+v while a connection was open", r)
	default:
	}
	cancel()
	if r := <-done; r.relayed != 2 || !errors.Is(r.err, context.Canceled) {
		t.Fatalf("Relay = %+v, want 2 and %v", r, context.Canceled)
	}
	slow.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := slow.Read(make([]byte, 1)); err == nil || errors.Is(err, syscall.EAGAIN) {
		t.Fatalf("the open connection was not cut: %v", err)
	}
}

func queueIs(g *Group, slot, want int) bool {
	waiting, _, err := g.Queue(slot)
	return err == nil && waiting == want
}

func TestRelayTellsFailures(t *testing.T) {
	g := openGroup(t, loopback(t), 2)
	conns := wait(t, g, 0, 2)
	broken := errors.New("no worker")
	relayed, err := g.Relay(context.Background(), nil, 0, func(context.Context) (net.Conn, error) { return nil, broken })
	if relayed != 2 || !errors.Is(err, broken) {
		t.Fatalf("Relay = %d, %v; want 2 and %v", relayed, err, broken)
	}
	for _, conn := range conns {
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the client sees %v, want a reset", err)
		}
	}
	shutDown(t, g, 0)
	if _, err := g.Relay(context.Background(), nil, 0, toSlot(g, 1)); !errors.Is(err, ErrNotListening) {
		t.Errorf("relaying a slot that was shut down: %v", err)
	}
}

// What waits beyond the connections that are carried is left to a worker that takes the slot.
func TestRelayLeavesTheRestToAWorker(t *testing.T) {
	g := openGroup(t, loopback(t), 2)
	clients := wait(t, g, 0, relayAtOnce+3)
	taken, done := make(chan struct{}), make(chan int)
	go func() {
		relayed, err := g.Relay(context.Background(), taken, 0, toSlot(g, 1))
		if err != nil {
			t.Error(err)
		}
		done <- relayed
	}()
	eventually(t, "as many as may be are carried", func() bool {
		waiting, _, err := g.Queue(0)
		return err == nil && waiting == 3
	})
	close(taken)
	for _, client := range clients {
		client.Close()
	}
	serve(t, g, 1)
	if relayed := <-done; relayed != relayAtOnce {
		t.Errorf("relayed %d, want %d", relayed, relayAtOnce)
	}
	mustQueue(t, g, 0, 3)
}

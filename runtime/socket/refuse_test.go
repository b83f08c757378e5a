package socket

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// late connects while clients are refused and says how that ends.
func late(a Address) <-chan error {
	ended := make(chan error, 1)
	go func() {
		network, address := a.Target()
		conn, err := net.DialTimeout(network, address, 10*time.Second)
		if err == nil {
			conn.Close()
		}
		ended <- err
	}()
	return ended
}

// mustOverlook holds that a client has heard nothing yet.
func mustOverlook(t *testing.T, client <-chan error) {
	t.Helper()
	select {
	case err := <-client:
		t.Fatalf("a late client: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
}

// TestGroupRefusesClients: who waits is served, who comes later is refused when the group is closed.
func TestGroupRefusesClients(t *testing.T) {
	for _, a := range probedAddresses(t) {
		t.Run(a.String(), func(t *testing.T) {
			t.Parallel()
			g := openGroup(t, a, 2)
			early := wait(t, g, 1, 3)
			for range 2 {
				if err := g.Refuse(); err != nil {
					t.Fatal(err)
				}
			}
			client := late(a)
			mustOverlook(t, client)
			mustQueue(t, g, 1, 3)
			mustQueue(t, g, 0, 0)
			worker := serve(t, g, 1)
			mustReach(t, g, 1) // a worker is still checked
			if err := g.Drained(context.Background(), 1, 10*time.Millisecond); err != nil {
				t.Error(err)
			}
			for _, conn := range early {
				if slot, err := answer(conn); slot != 1 || err != nil {
					t.Errorf("an early client: %d, %v", slot, err)
				}
			}
			worker.stop()
			g.Close()
			if err := <-client; !errors.Is(err, unix.ECONNREFUSED) {
				t.Errorf("the late client: %v, want that it is refused", err)
			}
		})
	}
}

// TestGroupAdmitsAgain: by Admit at the slots before, or by steering.
func TestGroupAdmitsAgain(t *testing.T) {
	g := openGroup(t, loopback(t), 3)
	serveAll(t, g)
	mustSteer(t, g, 1)
	for name, again := range map[string]func() error{
		"Admit": g.Admit,
		"Steer": func() error { return g.Steer([]int{1}) },
	} {
		if err := g.Refuse(); err != nil {
			t.Fatal(err)
		}
		if err := g.Steer(nil); err != nil || len(g.Steered()) != 0 {
			t.Fatalf("steered to %v, %v", g.Steered(), err)
		}
		mustOverlook(t, late(g.Address()))
		if err := again(); err != nil {
			t.Fatal(err)
		}
		if slot, err := ask(g); slot != 1 || err != nil {
			t.Errorf("after %s: slot %d, %v", name, slot, err)
		}
	}
	if err := g.Admit(); err != nil {
		t.Error(err)
	}
}

func TestListenerRefusesClients(t *testing.T) {
	for name, a := range map[string]Address{"tcp": loopback(t), "unix": unixAddress(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := listen(t, a, Options{})
			early, err := dial(a)
			if err != nil {
				t.Fatal(err)
			}
			defer early.Close()
			if err := l.Refuse(); err != nil {
				t.Fatal(err)
			}
			client := late(a)
			if name == "tcp" {
				mustOverlook(t, client)
			} else if err := <-client; !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the late client: %v, want that there is no such file", err)
			}
			soon, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
			defer cancel()
			if err := l.Drained(soon, time.Millisecond); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("with a client that waits: %v", err)
			}
			conn, err := l.Accept()
			if err != nil {
				t.Fatalf("the early client: %v", err)
			}
			conn.Close()
			if err := l.Drained(context.Background(), time.Millisecond); err != nil {
				t.Error(err)
			}
			// A start instead of the end lets clients in again.
			if _, err := l.Repair(); err != nil {
				t.Fatal(err)
			}
			if name == "tcp" {
				if err := <-client; err != nil {
					t.Errorf("the late client, admitted after all: %v", err)
				}
			}
			again, err := dial(a)
			if err != nil {
				t.Fatal(err)
			}
			again.Close()
			if err := l.Refuse(); err != nil {
				t.Fatal(err)
			}
			l.Close()
			if err := l.Refuse(); err != nil {
				t.Errorf("refusing when closed: %v", err)
			}
			if err := l.Drained(context.Background(), 0); !errors.Is(err, os.ErrClosed) {
				t.Errorf("drained when closed: %v", err)
			}
		})
	}
}

// TestDrainedOfShutDown: there is no queue any more.
func TestDrainedOfShutDown(t *testing.T) {
	for _, a := range []Address{loopback(t), unixAddress(t)} {
		l := listen(t, a, Options{})
		unix.Shutdown(int(l.File().Fd()), unix.SHUT_RDWR)
		if err := l.Drained(t.Context(), time.Millisecond); err != nil {
			t.Error(err)
		}
	}
}

package socket

import (
	"context"
	"net"
	"testing"
	"time"
)

func mustMark(t *testing.T, g *Group, slot int) *Marker {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	m, err := g.Mark(ctx, slot)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

func mustWait(t *testing.T, m *Marker, want bool) {
	t.Helper()
	eventually(t, map[bool]string{true: "the marker waits", false: "the marker was accepted"}[want], func() bool {
		waits, err := m.Waits()
		if err != nil {
			t.Fatal(err)
		}
		return waits == want
	})
}

func accept(t *testing.T, g *Group, slot int) net.Conn {
	t.Helper()
	l, err := net.FileListener(g.File(slot))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestMarkerWaitsUntilItIsAccepted(t *testing.T) {
	for _, address := range probedAddresses(t) {
		t.Run(address.String(), func(t *testing.T) {
			g := openGroup(t, address, 2)
			other := mustMark(t, g, 0)
			m := mustMark(t, g, 1)
			mustWait(t, m, true)
			conn := accept(t, g, 1)
			mustWait(t, m, false)
			conn.Close()
			mustWait(t, m, false)
			mustWait(t, other, true)
		})
	}
}

// TestMarkerComesAfterWhatWaits holds that the order is that of arrival, in a queue that was full too.
func TestMarkerComesAfterWhatWaits(t *testing.T) {
	g, err := OpenGroup(loopback(t), 1, Options{Backlog: 2})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	const full = 3 // one more than the backlog says, see listen(2) and sk_acceptq_is_full of the kernel
	for range full {
		conn, err := g.Dial(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
	}
	m := mustMark(t, g, 0)
	if _, backlog, err := g.Queue(0); err != nil || backlog != 2 {
		t.Errorf("the queue is %d long afterwards, %v", backlog, err)
	}
	for range full {
		mustWait(t, m, true)
		accept(t, g, 0)
	}
	mustWait(t, m, true)
	accept(t, g, 0)
	mustWait(t, m, false)
}

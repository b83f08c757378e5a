package socket

import (
	"testing"
	"time"
)

// A slot knows how many connections it has got, accepted or not. Those wait outside its queue that have said nothing yet,
// but for so long only.
func TestCount(t *testing.T) {
	for _, address := range probedAddresses(t) {
		t.Run(address.String(), func(t *testing.T) {
			g := openGroup(t, address, 2)
			mustCount := func(slot int, want uint32) {
				t.Helper()
				if n, err := g.Count(slot); n != want || err != nil {
					t.Fatalf("slot %d has got %d connections, %v; want %d", slot, n, err, want)
				}
			}
			mustCount(0, 0)
			mustCount(1, 0)
			const talking, silent = 20, 5
			dial := func(text string) {
				t.Helper()
				conn, err := g.Dial(t.Context(), 1)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { conn.Close() })
				if _, err := conn.Write([]byte(text)); err != nil {
					t.Fatal(err)
				}
			}
			for range talking {
				dial("something")
			}
			eventually(t, "who has said something waits in the queue", func() bool {
				waiting, _, err := g.Queue(1)
				return err == nil && waiting == talking
			})
			mustCount(1, talking)
			begun := time.Now()
			for range silent {
				dial("")
			}
			mustQueue(t, g, 1, talking)
			mustCount(1, talking+silent)
			eventually(t, "who says nothing waits in the queue", func() bool {
				waiting, _, err := g.Queue(1)
				return err == nil && waiting == talking+silent
			})
			if took := time.Since(begun); took < time.Second/2 || took > Deferral+time.Second {
				t.Errorf("who says nothing came into the queue after %s", took)
			}
			mustCount(0, 0)
		})
	}
}

// A counted slot has its marker too, and a worker may shut its socket down.
func TestCountOfASlotInTrouble(t *testing.T) {
	g := openGroup(t, loopback(t), 2)
	if _, err := g.Count(1); err != nil {
		t.Fatal(err)
	}
	m := mustMark(t, g, 1)
	mustWait(t, m, true)
	accept(t, g, 1)
	mustWait(t, m, false)
	shutDown(t, g, 1)
	if _, err := g.Repair(); err != nil {
		t.Fatal(err)
	}
	mustMark(t, g, 1)
	if n, err := g.Count(1); n != 2 || err != nil {
		t.Errorf("%d connections came, %v; want 2", n, err)
	}
	if _, err := g.Count(2); err == nil {
		t.Error("there is no slot 2, and it is counted")
	}
}

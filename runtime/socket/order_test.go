package socket

import (
	"math/rand/v2"
	"net"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// shutDown ends the socket of a slot for all who share it, as a worker can.
func shutDown(t testing.TB, g *Group, slot int) {
	t.Helper()
	if err := unix.Shutdown(int(g.File(slot).Fd()), unix.SHUT_RDWR); err != nil {
		t.Fatal(err)
	}
	if g.Listening(slot) {
		t.Fatalf("slot %d listens after shutdown", slot)
	}
}

// mustBeWhole checks every slot by probes and the steering by ordinary connections. All slots need a worker.
func mustBeWhole(t testing.TB, g *Group, steered ...int) {
	t.Helper()
	for slot := range g.Slots() {
		mustReach(t, g, slot, slot)
	}
	mustSteer(t, g, steered...)
	for slot, n := range askMany(t, g, 200) {
		if n > 0 != slices.Contains(steered, slot) {
			t.Fatalf("steered to %v, slot %d served %d", steered, slot, n)
		}
	}
}

func TestRepairAfterShutdown(t *testing.T) {
	for dead := range 5 {
		g := openGroup(t, loopback(t), 5)
		workers := serveAll(t, g)
		mustSteer(t, g, 1, 3)
		file := g.File(dead)
		shutDown(t, g, dead)
		workers[dead].stop()
		repaired, err := g.Repair()
		if err != nil || !slices.Equal(repaired, []int{dead}) {
			t.Fatalf("Repair = %v, %v; want [%d]", repaired, err, dead)
		}
		if g.File(dead) != file || !g.Listening(dead) {
			t.Fatalf("slot %d is another file or does not listen", dead)
		}
		serve(t, g, dead)
		mustBeWhole(t, g, 1, 3)
		if repaired, err := g.Repair(); err != nil || len(repaired) > 0 {
			t.Fatalf("Repair of a whole group = %v, %v", repaired, err)
		}
	}
}

// A queue that waits in another slot outlives the repair.
func TestRepairKeepsOtherQueues(t *testing.T) {
	g := openGroup(t, loopback(t), 3)
	mustSteer(t, g, 2)
	network, address := g.Address().Target()
	waiting, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	shutDown(t, g, 0)
	if _, err := g.Repair(); err != nil {
		t.Fatal(err)
	}
	serve(t, g, 2)
	if slot, err := answer(waiting); err != nil || slot != 2 {
		t.Fatalf("the connection that waited was served by slot %d (%v), want 2", slot, err)
	}
}

// Several workers end their sockets between two looks, so the order can only be found out by looking.
func TestRepairAfterManyShutdowns(t *testing.T) {
	for _, address := range probedAddresses(t) {
		t.Run(address.String(), func(t *testing.T) {
			g := openGroup(t, address, 7)
			workers := serveAll(t, g)
			for range 8 {
				dead := rand.Perm(7)[:2+rand.IntN(6)]
				for _, slot := range dead {
					shutDown(t, g, slot)
					workers[slot].stop()
				}
				repaired, err := g.Repair()
				slices.Sort(repaired)
				if want := slices.Sorted(slices.Values(dead)); err != nil || !slices.Equal(repaired, want) {
					t.Fatalf("Repair = %v, %v; want %v", repaired, err, want)
				}
				for _, slot := range dead {
					workers[slot] = serve(t, g, slot)
				}
				mustBeWhole(t, g, dead[0], dead[1])
			}
		})
	}
}

func TestSteerRepairs(t *testing.T) {
	g := openGroup(t, loopback(t), 3)
	shutDown(t, g, 1)
	mustSteer(t, g, 1)
	serveAll(t, g)
	if counts := askMany(t, g, 100); counts[1] != 100 {
		t.Fatalf("steered to the repaired slot 1: %v", counts)
	}
}

// Whatever is done in whatever order, each slot is reached by its probe and nobody unsteered is served.
func TestOrderHoldsThroughAnyLife(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		g := openGroup(t, loopback(t), rapid.IntRange(1, 5).Draw(r, "slots"))
		defer g.Close()
		for range rapid.IntRange(1, 8).Draw(r, "steps") {
			slot := rapid.IntRange(0, g.Slots()-1).Draw(r, "slot")
			switch rapid.SampledFrom([]string{"shutdown", "repair", "resize", "steer"}).Draw(r, "step") {
			case "shutdown":
				if g.Listening(slot) {
					shutDown(t, g, slot)
				}
			case "repair":
				if _, err := g.Repair(); err != nil {
					r.Fatal(err)
				}
			case "resize":
				if err := g.Resize(rapid.IntRange(1, 6).Draw(r, "to")); err != nil {
					r.Fatal(err)
				}
			case "steer":
				mustSteer(t, g, slot)
			}
		}
		mustSteer(t, g, g.Slots()-1)
		workers := serveAll(t, g)
		for slot := range workers {
			mustReach(t, g, slot)
		}
		if slot, err := ask(g); err != nil || slot != g.Slots()-1 {
			r.Fatalf("served by %d (%v), steered to %d", slot, err, g.Slots()-1)
		}
		for _, w := range workers {
			w.stop()
		}
	})
}

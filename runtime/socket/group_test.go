package socket

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestSteerIsExact(t *testing.T) {
	g := openGroup(t, loopback(t), 6)
	serveAll(t, g)
	if counts := askMany(t, g, 200); counts[0] != 200 {
		t.Fatalf("a new group is steered to slot 0, served: %v", counts)
	}
	for _, steered := range [][]int{{1, 3, 4}, {5}, {0, 5}, {4, 3, 3}, {0, 1, 2, 3, 4, 5}} {
		mustSteer(t, g, steered...)
		counts := askMany(t, g, 1200)
		for slot, n := range counts {
			if isSteered := slices.Contains(steered, slot); !isSteered && n > 0 {
				t.Fatalf("steered to %v, served: %v", steered, counts)
			}
		}
		mustBeEven(t, counts, g.Steered())
	}
}

// mustBeEven checks that each steered slot got its share within five standard deviations of pure chance:
// a right program fails this less than once in a million runs.
func mustBeEven(t *testing.T, counts, steered []int) {
	t.Helper()
	total := 0
	for _, n := range counts {
		total += n
	}
	share := 1 / float64(len(steered))
	want, deviation := float64(total)*share, math.Sqrt(float64(total)*share*(1-share))
	for _, slot := range steered {
		if math.Abs(float64(counts[slot])-want) > 5*deviation {
			t.Errorf("slot %d served %d, want %.0f ± %.0f: %v", slot, counts[slot], want, 5*deviation, counts)
		}
	}
}

func TestProbeReachesItsSlotWhateverIsSteered(t *testing.T) {
	for _, address := range probedAddresses(t) {
		t.Run(address.String(), func(t *testing.T) {
			g := openGroup(t, address, 5)
			if !g.CanProbe() {
				t.Fatal("CanProbe is false on Linux with an ordinary loopback")
			}
			serveAll(t, g)
			for _, steered := range [][]int{{0}, {4}, {1, 2}, {0, 1, 2, 3, 4}} {
				mustSteer(t, g, steered...)
				for range 20 {
					mustReach(t, g, 0, 1, 2, 3, 4)
				}
				for slot, n := range askMany(t, g, 200) {
					if n > 0 && !slices.Contains(steered, slot) {
						t.Fatalf("steered to %v, slot %d served %d", steered, slot, n)
					}
				}
			}
		})
	}
}

// probedAddresses is one address of each kind that this machine has.
func probedAddresses(t *testing.T) []Address {
	t.Helper()
	addresses := []Address{loopback(t), parse(t, "0.0.0.0:"+freePort()), parse(t, ":"+freePort())}
	if !hasIPv6() {
		t.Log("this machine has no ::1, so IPv6 is left out")
		return addresses
	}
	return append(addresses, parse(t, "[::1]:"+freePort()))
}

// freePort is outside the range that the kernel gives to clients, and another one at each run.
func freePort() string { return strconv.Itoa(20000 + rand.IntN(12000)) }

func hasIPv6() bool {
	fd, err := bindTo(netip.MustParseAddrPort("[::1]:0"), false, func(int) error { return nil })
	if err != nil {
		return false
	}
	return unix.Close(fd) == nil
}

func TestDualStackTakesBothFamilies(t *testing.T) {
	if !hasIPv6() {
		t.Skip("this machine has no ::1")
	}
	port := freePort()
	g := openGroup(t, parse(t, ":"+port), 3)
	serveAll(t, g)
	mustSteer(t, g, 1)
	mustReach(t, g, 0, 2)
	for range 50 {
		conn, err := net.DialTimeout("tcp6", "[::1]:"+port, 10*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if slot, err := answer(conn); err != nil || slot != 1 {
			t.Fatalf("a client by IPv6 was served by slot %d (%v), steered is 1", slot, err)
		}
	}
}

func TestSteeringUnderLoadLosesNothing(t *testing.T) {
	g := openGroup(t, loopback(t), 4)
	serveAll(t, g)
	clients := keepAsking(t, g)
	for round := 0; clients.asked.Load() < 4000 && !t.Failed(); round++ {
		mustSteer(t, g, round%4, (round+1+round/4)%4)
		if round%50 == 0 {
			if err := g.Resize(4 + round/50%2); err != nil {
				t.Error(err)
			}
		}
	}
	clients.end()
	t.Logf("%d connections, none refused or lost", clients.asked.Load())
}

// A replacement takes over without a lost or refused connection: new slot ready, steer, drain, stop.
func TestReplacementDrainsItsQueue(t *testing.T) {
	g := openGroup(t, loopback(t), 2)
	old := serve(t, g, 0)
	clients := keepAsking(t, g)
	workers := []*worker{old, nil}
	for generation := range 20 {
		from, to := generation%2, (generation+1)%2
		workers[to] = serve(t, g, to)
		mustReach(t, g, to)
		mustSteer(t, g, to)
		if err := g.Drained(context.Background(), from, 5*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		workers[from].stop()
	}
	clients.end()
	t.Logf("%d connections over 20 generations, none lost", clients.asked.Load())
}

func TestResize(t *testing.T) {
	g := openGroup(t, loopback(t), 2)
	workers := serveAll(t, g)
	mustSteer(t, g, 0, 1)
	if err := g.Resize(5); err != nil {
		t.Fatal(err)
	}
	if counts := askMany(t, g, 300); counts[0]+counts[1] != 300 {
		t.Fatalf("new slots were served before they were steered to: %v", counts)
	}
	for slot := 2; slot < 5; slot++ {
		workers = append(workers, serve(t, g, slot))
	}
	mustReach(t, g, 0, 1, 2, 3, 4)
	mustSteer(t, g, 1, 4)
	for _, w := range workers[3:] {
		w.stop()
	}
	if err := g.Resize(3); err != nil {
		t.Fatal(err)
	}
	if steered := g.Steered(); !slices.Equal(steered, []int{1}) {
		t.Errorf("steered to %v after slot 4 went, want [1]", steered)
	}
	mustReach(t, g, 0, 1, 2)
	if counts := askMany(t, g, 300); counts[1] != 300 {
		t.Fatalf("after shrinking: %v", counts)
	}
	for _, n := range []int{0, -1, MaxSlots + 1} {
		if err := g.Resize(n); err == nil {
			t.Errorf("Resize(%d) gave no error", n)
		}
	}
}

func TestLargestGroup(t *testing.T) {
	g := openGroup(t, loopback(t), MaxSlots)
	last := MaxSlots - 1
	serve(t, g, last)
	serve(t, g, 0)
	mustReach(t, g, 0, last)
	all := make([]int, MaxSlots)
	for slot := range all {
		all[slot] = slot
	}
	mustSteer(t, g, all...)
	mustReach(t, g, last)
}

func TestGroupRefuses(t *testing.T) {
	if _, err := OpenGroup(parse(t, "unix:/tmp/x"), 2, Options{Unit: "pool.api"}); err == nil || !strings.Contains(err.Error(), "per_worker = false") {
		t.Errorf("a group of Unix sockets: %v", err)
	}
	g := openGroup(t, loopback(t), 2)
	for _, slots := range [][]int{{2}, {-1}, {0, 7}} {
		if err := g.Steer(slots); err == nil {
			t.Errorf("Steer(%v) of two slots gave no error", slots)
		}
	}
	if g.File(2) != nil || g.File(-1) != nil {
		t.Error("File of no slot is not nil")
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(g.Close(), g.Close()); err != nil {
		t.Errorf("closing again: %v", err)
	}
	for _, err := range []error{g.Steer([]int{0}), g.Resize(3), queueError(g, 0)} {
		if !errors.Is(err, os.ErrClosed) {
			t.Errorf("after Close: %v, want %v", err, os.ErrClosed)
		}
	}
	if _, err := ask(g); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("connecting after Close: %v, want it refused", err)
	}
}

func queueError(g *Group, slot int) error {
	_, _, err := g.Queue(slot)
	return err
}

// The kernel would let any process of this account join a reuseport group; neither a stray's nor our own may be
// joined by accident.
// Nobody serves the manager's own socket of a new group: who got into its queue would wait there for ever.
func TestWhoComesWhileAGroupOpensComesToASlot(t *testing.T) {
	const enough = 20
	for range 3 {
		a := loopback(t)
		var came atomic.Int64
		var clients sync.WaitGroup
		for range 4 {
			clients.Go(func() {
				for came.Load() < enough && t.Context().Err() == nil {
					conn, err := dial(a)
					if err != nil {
						continue // nobody listens yet
					}
					t.Cleanup(func() { conn.Close() })
					if _, err := conn.Write([]byte("?")); err != nil {
						t.Error(err)
					}
					came.Add(1)
				}
			})
		}
		g := openGroup(t, a, 4)
		clients.Wait()
		g.Own().SetDeadline(time.Now().Add(10 * time.Millisecond))
		if conn, err := g.Own().Accept(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("a client waits in the manager's own socket: %v, %v", conn, err)
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestGroupNeverJoinsAnother(t *testing.T) {
	a := loopback(t)
	stray := start(t, "hold", "held", nil, holdEnv+"="+a.String())
	_, err := OpenGroup(a, 2, Options{Unit: "pool.api"})
	mustBeInUse(t, err, stray.Process.Pid)

	b := loopback(t)
	openGroup(t, b, 2)
	_, err = OpenGroup(b, 2, Options{Unit: "pool.api"})
	mustBeInUse(t, err, os.Getpid())
	if !strings.Contains(err.Error(), "is in use by this manager itself, for another unit") {
		t.Error(err)
	}
}

func mustBeInUse(t *testing.T, err error, pid int) {
	t.Helper()
	var inUse *InUseError
	if !errors.As(err, &inUse) || !errors.Is(err, syscall.EADDRINUSE) {
		t.Fatalf("%v, want an address in use", err)
	}
	if inUse.Holder.PID != pid || inUse.Holder.UID != os.Getuid() {
		t.Fatalf("%v: holder is %+v, want pid %d", err, inUse.Holder, pid)
	}
}

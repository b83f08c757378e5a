package socket

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"
)

// asManager answers what comes to the manager's own socket.
const asManager = -1

func serveOwn(t *testing.T, g *Group) {
	t.Helper()
	var gone sync.WaitGroup
	gone.Go(func() {
		for {
			conn, err := g.Own().Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			if _, err := conn.Read(make([]byte, 1)); err == nil {
				fmt.Fprintln(conn, asManager)
			}
			conn.Close()
		}
	})
	t.Cleanup(func() {
		g.Close()
		gone.Wait()
	})
}

// askManager makes a connection that says something, which the manager's own socket waits for.
func askManager(g *Group) (int, error) {
	network, address := g.Address().Target()
	conn, err := net.DialTimeout(network, address, 10*time.Second)
	if err != nil {
		return -1, err
	}
	if _, err := conn.Write([]byte("?")); err != nil {
		conn.Close()
		return -1, err
	}
	return answer(conn)
}

// Who says nothing, as browsers and pools of connections do that connect ahead, is not in the way of who does.
func TestSilentClientsWaitInTheKernel(t *testing.T) {
	g := openGroup(t, loopback(t), 1)
	mustSteer(t, g)
	network, address := g.Address().Target()
	silent, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	talker, err := net.Dial(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer talker.Close()
	for _, client := range []net.Conn{talker, silent} {
		if _, err := client.Write([]byte("?")); err != nil {
			t.Fatal(err)
		}
		conn, err := g.Own().Accept()
		if err != nil {
			t.Fatal(err)
		}
		if got, want := conn.RemoteAddr().String(), client.LocalAddr().String(); got != want {
			t.Errorf("accepted %s, want %s, who has said something", got, want)
		}
		conn.Close()
	}
}

// While nobody is steered to the manager gets every new connection, and probes reach their slots still: after all
// that may happen to the order of the sockets too.
func TestSteeringToNobody(t *testing.T) {
	for _, address := range probedAddresses(t) {
		t.Run(address.String(), func(t *testing.T) {
			g := openGroup(t, address, 3)
			serveOwn(t, g)
			workers := serveAll(t, g)
			mustBeOwn := func() {
				t.Helper()
				mustSteer(t, g)
				if steered := g.Steered(); len(steered) > 0 {
					t.Errorf("steered to %v, want nobody", steered)
				}
				for range 100 {
					if slot, err := askManager(g); err != nil || slot != asManager {
						t.Fatalf("answered by slot %d (%v), want the manager", slot, err)
					}
				}
				for slot := range g.Slots() {
					mustReach(t, g, slot)
				}
			}
			mustBeOwn()
			for _, dead := range [][]int{{1}, {0, 2}, {0, 1, 2}} {
				for _, slot := range dead {
					shutDown(t, g, slot)
					workers[slot].stop()
				}
				if _, err := g.Repair(); err != nil {
					t.Fatal(err)
				}
				for _, slot := range dead {
					workers[slot] = serve(t, g, slot)
				}
				mustBeOwn()
			}
			for _, n := range []int{5, 2} {
				if err := g.Resize(n); err != nil {
					t.Fatal(err)
				}
				for slot := 3; slot < n; slot++ {
					serve(t, g, slot)
				}
				mustBeOwn()
			}
			mustSteer(t, g, 1)
			if slot, err := ask(g); err != nil || slot != 1 {
				t.Fatalf("served by %d (%v), steered to 1", slot, err)
			}
		})
	}
}

// What waits in a queue, whose worker may live or not, can be taken out of it one by one.
func TestAcceptTakesWhatWaits(t *testing.T) {
	g := openGroup(t, loopback(t), 2)
	unix, err := Listen(unixAddress(t), Options{Unit: "pool.test"})
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close()
	for name, source := range map[string]struct {
		accept func() (net.Conn, error)
		dial   func() (net.Conn, error)
	}{
		"slot": {func() (net.Conn, error) { return g.Accept(0) }, func() (net.Conn, error) { return net.Dial("tcp", g.Address().String()) }},
		"Unix": {unix.Accept, func() (net.Conn, error) { return net.Dial("unix", unix.Address().Path()) }},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := source.accept(); !errors.Is(err, ErrNoneWaits) {
				t.Fatalf("accepting from an empty queue: %v", err)
			}
			var clients []net.Conn
			for range 3 {
				client, err := source.dial()
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { client.Close() })
				clients = append(clients, client)
			}
			for i, client := range clients {
				conn, err := source.accept()
				if err != nil {
					t.Fatal(err)
				}
				fmt.Fprintln(conn, i)
				conn.Close()
				if got, err := answer(client); err != nil || got != i {
					t.Errorf("client %d got %d, %v", i, got, err)
				}
			}
			if _, err := source.accept(); !errors.Is(err, ErrNoneWaits) {
				t.Errorf("accepting from a queue that is empty again: %v", err)
			}
		})
	}
	mustStayBlocking(t, g, 0)
	if !slices.Equal(g.Steered(), []int{0}) {
		t.Error(g.Steered())
	}
}

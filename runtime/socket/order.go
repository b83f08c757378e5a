package socket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// The kernel keeps the listening sockets of a group in a table and the program answers with an index into it
// (net/core/sock_reuseport.c). A socket enters at the end when it begins to listen. When it stops, by close or
// by shutdown(2) from any process that shares it, the last socket moves into its place. unitd alone closes, so
// it knows the order; a worker's shutdown is seen only afterwards. Group.order follows all this, for the sockets
// behind the own one, which stays the first.

// The segment sizes by which identify tells listeners apart. The client sees what its listener announces, less
// 12 bytes where the connection has timestamps.
const (
	identifyBase  = 1000
	identifyStep  = 32
	identifyLimit = 500 * time.Millisecond // for one connection on loopback
)

// Repair brings back slots whose sockets a worker has ended by shutdown(2), under the same descriptor, and
// returns them. What waited in them is lost, the kernel has reset it. Every other slot keeps its queue, and each
// slot gets what is steered to it. Until it is called, connections meant for such a slot, and for the last one
// of the group, may reach others. Steer and Resize do this too.
func (g *Group) Repair() (repaired []int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, err := g.fd(0); err != nil {
		return nil, err
	}
	repaired, err = g.repair()
	if len(repaired) > 0 {
		err = errors.Join(err, g.attach())
	}
	return repaired, err
}

func (g *Group) repair() (repaired []int, err error) {
	for {
		dead := g.notListening()
		if len(dead) == 0 {
			break
		}
		// With one gone the new order is certain. With more it depends on which went first, and so it does when
		// another one went while this loop ran.
		g.unsure = g.unsure || len(dead) > 1 && len(dead) < len(g.sockets)-1 || len(repaired) > 0
		for _, slot := range dead {
			g.order = without(g.order, slot)
		}
		for _, slot := range dead {
			if err := g.enter(slot); err != nil {
				return repaired, fmt.Errorf("listen again on slot %d of %s: %w", slot, g.address, err)
			}
		}
		repaired = append(repaired, dead...)
		if len(repaired) > 8*MaxSlots {
			return repaired, fmt.Errorf("listen again on %s: its workers shut the sockets down as fast as they are opened", g.address)
		}
	}
	if g.unsure {
		err = g.identify()
	}
	return repaired, err
}

func (g *Group) notListening() []int {
	var dead []int
	for slot, socket := range g.sockets {
		if !isListening(int(socket.Fd())) {
			dead = append(dead, slot)
		}
	}
	return dead
}

// enter makes slot listen, which puts it at the end of the order.
func (g *Group) enter(slot int) error {
	if err := unix.Listen(int(g.sockets[slot].Fd()), g.options.backlog()); err != nil {
		return err
	}
	g.order = append(g.order, slot)
	return nil
}

// without removes slot from order as the kernel does.
func without(order []int, slot int) []int {
	at := slices.Index(order, slot)
	if at < 0 {
		return order
	}
	last := len(order) - 1
	order[at] = order[last]
	return order[:last]
}

// attach compiles the program of the present order and targets and gives it to the kernel.
func (g *Group) attach() error {
	p := program{address: g.address, mark: g.mark, index: make([]int, len(g.sockets))}
	for slot := range p.index {
		p.index[slot] = -1
		if at := slices.Index(g.order, slot); at >= 0 {
			p.index[slot] = behindOwn(at)
		}
	}
	p.targets = slices.DeleteFunc(slices.Clone(g.targets), func(slot int) bool {
		return slot >= len(p.index) || p.index[slot] < 0
	})
	if len(p.targets) == 0 && len(g.targets) > 0 && len(g.order) > 0 {
		p.targets = g.order[:1]
	}
	return g.attachProgram(p)
}

// behindOwn is the index of the socket at a place in the order.
func behindOwn(place int) int { return ownIndex + 1 + place }

// identify finds out in which order the sockets stand, by one connection to each place: every socket announces
// another segment size, and the size that the client sees tells which one it reached. Workers see an empty
// connection that closes at once.
func (g *Group) identify() error {
	if !g.CanProbe() {
		return fmt.Errorf("find the slots of %s again: several workers shut their sockets down and this host's loopback has one address; restart the pool", g.address)
	}
	defer g.announce(func(int) int { return 0 }) //nolint:errcheck // 0 is always taken: no size of one's own
	if err := g.announce(func(slot int) int { return identifyBase + slot*identifyStep }); err != nil {
		return err
	}
	// For now a mark means a place in the order, not a slot.
	asPlaces := program{address: g.address, mark: g.mark, index: make([]int, len(g.sockets)), targets: g.targetPlaces()}
	for place := range asPlaces.index {
		asPlaces.index[place] = behindOwn(place)
	}
	if err := g.attachProgram(asPlaces); err != nil {
		return err
	}
	found := make([]int, len(g.sockets))
	for place := range found {
		slot, err := g.slotAt(place)
		if err != nil {
			return fmt.Errorf("find the slots of %s again: %w", g.address, err)
		}
		found[place] = slot
	}
	if len(slices.Compact(slices.Sorted(slices.Values(found)))) != len(found) {
		return fmt.Errorf("find the slots of %s again: their order changed meanwhile (%v)", g.address, found)
	}
	g.order, g.unsure = found, false
	return nil
}

// announce sets the segment size that each slot's socket announces to new clients.
func (g *Group) announce(size func(slot int) int) error {
	var errs []error
	for slot, socket := range g.sockets {
		errs = append(errs, setOption(int(socket.Fd()), unix.IPPROTO_TCP, unix.TCP_MAXSEG, size(slot)))
	}
	return errors.Join(errs...)
}

// targetPlaces is where the targets stand in the order as it is believed.
func (g *Group) targetPlaces() []int {
	places := make([]int, len(g.targets))
	for i, slot := range g.targets {
		places[i] = max(0, slices.Index(g.order, slot))
	}
	return places
}

// slotAt connects to the socket at a place and tells which slot it is.
func (g *Group) slotAt(place int) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), identifyLimit)
	defer cancel()
	conn, err := g.Dial(ctx, place)
	if err != nil {
		return -1, err
	}
	defer conn.Close()
	size, err := segmentSize(conn)
	if err != nil {
		return -1, err
	}
	slot := (size - identifyBase + identifyStep/2) / identifyStep
	if slot < 0 || slot >= len(g.sockets) {
		return -1, fmt.Errorf("segment size %d belongs to no slot", size)
	}
	return slot, nil
}

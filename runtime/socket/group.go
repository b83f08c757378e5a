package socket

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
)

// MaxSlots is the largest group: every slot needs a hop limit of its own from firstHopLimit to 255.
const MaxSlots = 128

// ErrNotListening says that a slot's socket accepts no connections, since a process that shares it called
// shutdown(2).
var ErrNotListening = errors.New("the socket is not listening; a process that shares it has shut it down")

// Group is one TCP address served by N slots, each with a listening socket and an accept queue of its own. A
// worker serves one slot. All sockets are opened and kept here, so that queues outlive workers; which slots get
// new connections is said with Steer. One more socket is the manager's own, for what no worker is to get. Its
// methods may be called from several goroutines.
type Group struct {
	address Address
	options Options
	mark    mark

	mu      sync.Mutex
	own     *net.TCPListener // nobody shares it
	sockets []*os.File       // by slot
	order   []int            // by place in the kernel's table, behind the own socket: the slot that stands there
	unsure  bool             // the order may be another: find out
	targets []int            // slots steered to; none: the own socket
	refuses bool             // nobody new gets in
	before  []int            // the targets before that
	counts  bool             // the connections of slots, see Count
	closed  bool
}

// OpenGroup opens slots sockets (1 to MaxSlots) at a, which must be TCP, and steers to slot 0.
//
// It fails with an [InUseError] when anybody listens at a, even a reuseport group of this very account, which
// the kernel would let it join: a stray of an earlier life would get a share of the connections.
func OpenGroup(a Address, slots int, o Options) (*Group, error) {
	if a.IsUnix() {
		return nil, fmt.Errorf("bind %s: %s: a Unix socket cannot be one per worker; use per_worker = false", o.Unit, a)
	}
	g := &Group{address: a, options: o, mark: newMark(a), targets: []int{0}}
	own, err := openOwn(a, o)
	if err != nil {
		return nil, explainBind(o.Unit, a, err)
	}
	g.own = own
	err = g.Resize(slots)
	if err == nil {
		err = g.onOwn(func(fd int) error { return overlook(fd, a, false) })
	}
	if err != nil {
		return nil, errors.Join(err, g.Close())
	}
	return g, nil
}

// Address is where the group listens.
func (g *Group) Address() Address { return g.address }

// Slots is how many slots the group has.
func (g *Group) Slots() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.sockets)
}

// File is the listening socket of slot, close-on-exec and blocking; nil for no such slot. It belongs to g: do
// not close it.
func (g *Group) File(slot int) *os.File {
	g.mu.Lock()
	defer g.mu.Unlock()
	if slot < 0 || slot >= len(g.sockets) {
		return nil
	}
	return g.sockets[slot]
}

// Own is the manager's own socket, which gets new connections while nobody is steered to. It belongs to g: do
// not close it.
func (g *Group) Own() *net.TCPListener { return g.own }

// Steer spreads new connections evenly over slots, from now on and over no others; over none: to the manager's
// own socket. Connections that wait stay where they are. Slots that a worker has shut down are brought back
// first, as in Repair.
func (g *Group) Steer(slots []int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, slot := range slots {
		if _, err := g.fd(slot); err != nil {
			return err
		}
	}
	g.targets = slices.Compact(slices.Sorted(slices.Values(slots)))
	_, err := g.repair()
	if len(slots) > 0 {
		return errors.Join(err, g.admit())
	}
	return errors.Join(err, g.attach())
}

// Steered is the slots that get new connections; none: the manager's own socket gets them.
func (g *Group) Steered() []int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.targets)
}

// SteeredBefore is the slots that got new connections until Refuse; none: nobody is refused.
func (g *Group) SteeredBefore() []int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.before)
}

// Resize makes the group n slots large (1 to MaxSlots). New slots come at the end and get nothing until they are
// steered to. Removed slots go from the highest down; what waits in their queues is reset, so steer away, Drain
// and Relay first. If none of several targets is left, slot 0 is the target.
func (g *Group) Resize(n int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if n < 1 || n > MaxSlots {
		return fmt.Errorf("resize %s to %d slots: a group has 1 to %d", g.address, n, MaxSlots)
	}
	if g.closed {
		return fmt.Errorf("resize %s: %w", g.address, os.ErrClosed)
	}
	if _, err := g.repair(); err != nil {
		return err
	}
	for len(g.sockets) < n {
		if err := g.grow(); err != nil {
			return err
		}
	}
	for len(g.sockets) > n {
		if err := g.shrink(); err != nil {
			return err
		}
	}
	return g.attach()
}

// grow adds a slot at the end.
func (g *Group) grow() error {
	fd, err := bindTCP(g.address, shareAddress)
	if fd >= 0 {
		g.sockets = append(g.sockets, newFile(fd, g.address))
	}
	if err == nil {
		err = g.enter(len(g.sockets) - 1)
	}
	return explainBind(g.options.Unit, g.address, err)
}

// shrink removes the highest slot. Closing a socket moves the last one of the kernel's table into its place, so
// for that moment neither of the two is a target, unless there is no other.
func (g *Group) shrink() error {
	slot := len(g.sockets) - 1
	moved := g.order[len(g.order)-1]
	g.targets = excluding(g.targets, slot, 0)
	after := g.targets
	if moved != slot && len(after) > 0 {
		g.targets = excluding(after, moved, after[0])
	}
	err := g.attach()
	g.targets = after
	if err != nil {
		return err
	}
	// For a moment of its closing the kernel finds the socket without its group, and whatever the program says may begin
	// a connection there, which would be reset. Overlooked, the client tries again.
	err = overlook(int(g.sockets[slot].Fd()), g.address, true)
	g.order = without(g.order, slot)
	g.sockets[slot].Close()
	g.sockets = g.sockets[:slot]
	return errors.Join(err, g.attach())
}

// excluding is targets without slot, or instead if none is left of them.
func excluding(targets []int, slot, instead int) []int {
	if len(targets) == 0 {
		return nil
	}
	left := slices.DeleteFunc(slices.Clone(targets), func(target int) bool { return target == slot })
	if len(left) == 0 {
		left = []int{instead}
	}
	return left
}

// Close closes all sockets; what waits in their queues is reset. A second Close does nothing.
func (g *Group) Close() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	var errs []error
	for _, socket := range slices.Backward(g.sockets) {
		errs = append(errs, socket.Close())
	}
	if err := g.own.Close(); !errors.Is(err, net.ErrClosed) {
		errs = append(errs, err)
	}
	g.sockets, g.order = nil, nil
	return errors.Join(errs...)
}

// fd is the descriptor of slot. It stays open while g.mu is held.
func (g *Group) fd(slot int) (int, error) {
	if g.closed {
		return -1, fmt.Errorf("use slot %d of %s: %w", slot, g.address, os.ErrClosed)
	}
	if slot < 0 || slot >= len(g.sockets) {
		return -1, fmt.Errorf("use slot %d of %s: there are %d slots", slot, g.address, len(g.sockets))
	}
	return int(g.sockets[slot].Fd()), nil
}

package executor

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync/atomic"
	"time"

	"unitd/runtime/socket"
	"unitd/units"
)

// vacancy is a slot whose worker is gone. What waits in its queue is handed on to workers that serve, or answered
// where none does, since the next worker of that slot may be a long backoff away, or never come.
type vacancy struct {
	taken   chan struct{} // closed when a worker takes the slot
	relayed bool          // its queue is being handed on
}

// noSlot is the slot of a run that serves none.
const noSlot = -1

// occupy notes that a worker is about to take a slot: what still waits there is its own.
func (h *holding) occupy(slot int, listen []units.Listen) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.workers++
	h.serves[slot] = listen
	if v := h.vacant[slot]; v != nil {
		close(v.taken)
		delete(h.vacant, slot)
	}
}

// vacate notes that the worker of a slot is gone.
func (x *Executor) vacate(h *holding, slot int) {
	h.mu.Lock()
	h.workers--
	delete(h.serves, slot)
	if h.vacant[slot] == nil {
		h.vacant[slot] = &vacancy{taken: make(chan struct{})}
	}
	h.mu.Unlock()
	x.handOn(h)
}

// await lets who comes to these slots wait there, whether they have a worker or not, and no longer hands them on. h.mu is
// held.
func (h *holding) await(slots []int) {
	for _, slot := range slots {
		v, vacant := h.vacant[slot]
		if vacant && v.relayed {
			close(v.taken)
		}
		if _, served := h.serves[slot]; served {
			delete(h.vacant, slot)
		} else if !vacant || v.relayed {
			h.vacant[slot] = &vacancy{taken: make(chan struct{})}
		}
	}
}

// desert lets who waits in these slots be handed on although their worker may come. h.mu is held.
func (h *holding) desert(slots []int) {
	for _, slot := range slots {
		if h.vacant[slot] == nil {
			h.vacant[slot] = &vacancy{taken: make(chan struct{})}
		}
	}
}

// vacateRest is vacate for all slots of which nobody knows a worker: a manager may have died in the instant in which it had
// begun to send clients to one, and had not recorded that yet.
func (x *Executor) vacateRest(h *holding) {
	slots := 0
	for _, g := range h.groups() {
		slots = max(slots, g.Slots())
	}
	h.mu.Lock()
	h.vacateUnserved(slots)
	h.mu.Unlock()
	x.handOn(h)
}

// vacateUnserved notes that nobody serves those of the first slots that have no worker. h.mu is held.
func (h *holding) vacateUnserved(slots int) {
	for slot := range slots {
		if _, served := h.serves[slot]; !served && h.vacant[slot] == nil {
			h.vacant[slot] = &vacancy{taken: make(chan struct{})}
		}
	}
}

// handOn begins to empty the queues of the slots that have no worker and get no new connections. As long as no
// worker is ready, and nobody answers instead, one of them is still steered to: its queue waits for what comes first.
func (x *Executor) handOn(h *holding) {
	groups := h.groups()
	h.mu.Lock()
	defer h.mu.Unlock()
	for slot, v := range h.vacant {
		steered := slices.ContainsFunc(groups, func(g *socket.Group) bool { return slices.Contains(g.Steered(), slot) })
		if v.relayed || steered || len(groups) == 0 {
			continue
		}
		v.relayed = true
		x.beside.Go(func() {
			for _, g := range groups {
				x.empty(h, g, slot, v)
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			v.relayed = false
			if _, served := h.serves[slot]; served && h.vacant[slot] == v { // who comes later is its worker's
				delete(h.vacant, slot)
			}
		})
	}
}

// empty empties a queue until it stays so or the slot has a worker again.
func (x *Executor) empty(h *holding, g *socket.Group, slot int, v *vacancy) {
	for slot < g.Slots() {
		if answer := h.answerNow(); answer != nil {
			x.answerSlot(h, g, slot, answer)
		} else if relayed, err := g.Relay(x.ctx, v.taken, slot, h.toOthers(g, slot)); relayed > 0 || err != nil {
			x.config.Logger.Info("relayed connections that waited for a worker",
				"address", g.Address(), "connections", relayed, "error", err)
		}
		if !x.comes(g, slot, v) {
			return
		}
	}
}

// comes waits for who may still get into a queue, and reports whether somebody does: a handshake that was under way when
// the slot was steered away from ends there, and so does one whose client has said nothing yet, where connections are
// counted.
func (x *Executor) comes(g *socket.Group, slot int, v *vacancy) bool {
	for latest := time.Now().Add(g.Latecomers()); ; {
		select {
		case <-time.After(quiet):
		case <-v.taken:
			return false
		case <-x.ctx.Done():
			return false
		}
		if waiting, _, err := g.Queue(slot); err != nil || waiting > 0 || !time.Now().Before(latest) {
			return err == nil && waiting > 0
		}
	}
}

// errNobody says that there is nobody to relay a connection to.
var errNobody = errors.New("no worker is steered to")

// toOthers connects to one after the other of the slots that are steered to; once nobody is, to those that were, where
// clients are refused to those of them that have a worker still, or to any that has one. It never connects to the slot
// that is being emptied.
func (h *holding) toOthers(g *socket.Group, slot int) func(context.Context) (net.Conn, error) {
	var next atomic.Int64
	var last atomic.Pointer[[]int]
	return func(ctx context.Context) (net.Conn, error) {
		others := slices.DeleteFunc(g.Steered(), func(other int) bool { return other == slot })
		if len(others) == 0 {
			others = slices.DeleteFunc(g.SteeredBefore(), func(other int) bool { return other == slot || !h.occupied(other) })
		}
		if before := last.Load(); len(others) > 0 {
			last.Store(&others)
		} else if before != nil {
			others = *before
		} else if others = h.occupiedBut(slot); len(others) == 0 {
			return nil, errNobody
		}
		return g.Dial(ctx, others[int(next.Add(1))%len(others)])
	}
}

// occupiedBut are the slots that have a worker, without one.
func (h *holding) occupiedBut(slot int) []int {
	h.mu.Lock()
	defer h.mu.Unlock()
	var others []int
	for other := range h.serves {
		if other != slot {
			others = append(others, other)
		}
	}
	slices.Sort(others)
	return others
}

// occupied reports a slot that has a worker.
func (h *holding) occupied(slot int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, is := h.serves[slot]
	return is
}

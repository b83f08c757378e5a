package executor

import (
	"context"
	"slices"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/socket"
	"unitd/units"
)

// quiet is how long a slot's queue must stay empty to count as served: long enough that a connection whose
// handshake was under way when it was steered away has arrived, and that what was accepted has been read.
const quiet = 150 * time.Millisecond

// relayTime bounds the relaying of what is left in the queue of a slot that is given back.
const relayTime = 10 * time.Second

// steer sends new connections to the given slots only. At an address that the pool is giving up they go to the
// workers that still serve it, and are refused once there are none.
func (x *Executor) steer(h *holding, def *units.Unit, a lifecycle.Action) {
	h.steer(a.Slots)
	h.mu.Lock()
	h.await(a.Slots)
	h.desert(a.HandOn)
	for _, l := range h.listeners {
		if l.shared() {
			continue
		}
		steer := func() error { return l.group.Steer(a.Slots) }
		if to := h.servedBy(l, a.Slots); len(to) > 0 {
			steer = func() error { return l.group.Steer(to) }
		} else if !units.HasSocket(def.Pool.Listen, l.spec) {
			steer = l.group.Refuse
		}
		if err := steer(); err != nil {
			x.config.Logger.Error("steer", "unit", def.ID, "slots", a.Slots, "error", err)
		}
	}
	h.mu.Unlock()
	x.handOn(h)
}

// handOnRest hands what waits in slots from n on to slots that are served, or answers it.
func (x *Executor) handOnRest(h *holding, g *socket.Group, n int) {
	answer := h.answerNow()
	served := g.Steered()
	if answer == nil && (len(served) == 0 || slices.Max(served) >= n) {
		return
	}
	ctx, cancel := context.WithTimeout(x.ctx, relayTime)
	defer cancel()
	for slot := n; slot < g.Slots(); slot++ {
		if waiting, _, err := g.Queue(slot); err != nil || waiting == 0 {
			continue
		}
		if answer != nil {
			x.answerSlot(h, g, slot, answer)
			continue
		}
		relayed, err := g.Relay(ctx, nil, slot, h.toOthers(g, slot))
		x.config.Logger.Info("relayed connections of a slot that is given back",
			"address", g.Address(), "connections", relayed, "error", err)
	}
}

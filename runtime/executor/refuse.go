package executor

import (
	"context"
	"net"
	"slices"

	"unitd/policy/lifecycle"
	"unitd/runtime/socket"
	"unitd/units"
)

// refuse lets nobody new in at the listeners of a unit that is being stopped, so that who waits can be served to
// the end. Where that is not possible all goes on as before, and who waits when they are closed is reset.
func (x *Executor) refuse(h *holding, def *units.Unit) {
	defer x.handOn(h) // what waits for workers that will not come any more
	h.mu.Lock()
	defer h.mu.Unlock()
	h.refuses = true
	if h.passing != nil {
		h.passing.proxy.Refuse()
	}
	for _, l := range h.listeners {
		if err := l.refuse(); err != nil {
			x.config.Logger.Warn("refuse clients before the end", "unit", def.ID, "error", err)
		}
		if !l.shared() {
			h.vacateUnserved(l.group.Slots())
		}
	}
}

// readmit takes a refusal back: a start follows after all. h.mu is held.
func (h *holding) readmit() error {
	if !h.refuses {
		return nil
	}
	h.refuses = false
	for _, l := range h.listeners {
		if err := l.readmit(); err != nil {
			return err
		}
	}
	return nil
}

func (l listener) refuse() error {
	if l.group != nil {
		return l.group.Refuse()
	}
	return l.single.Refuse()
}

func (l listener) readmit() error {
	if l.group != nil {
		return l.group.Admit()
	}
	_, err := l.single.Repair()
	return err
}

// drain reports when what waits for a worker, or at the end for a unit, has been served.
func (x *Executor) drain(h *holding, def *units.Unit, a lifecycle.Action) {
	if def.Pool != nil && def.Pool.Proxy {
		x.finish(h, def, a)
		return
	}
	h.mu.Lock()
	var queues []func(context.Context) error
	for _, l := range h.listeners {
		switch {
		case l.shared() && !h.refuses: // others go on serving it
		case l.group != nil:
			var others []int
			if !l.shared() && h.refuses { // what waits for others may be handed on to this one
				for slot := range l.group.Slots() {
					others = append(others, slot)
				}
			}
			queues = append(queues, func(ctx context.Context) error { return l.group.Drained(ctx, l.slot(a.Slot), quiet, others...) })
		default:
			queues = append(queues, func(ctx context.Context) error { return l.single.Drained(ctx, quiet) })
		}
	}
	h.mu.Unlock()
	x.beside.Go(func() {
		ctx, cancel := context.WithTimeout(x.ctx, a.Within)
		defer cancel()
		for _, drained := range queues {
			if err := drained(ctx); err != nil {
				return // policy's own deadline goes on without it
			}
		}
		x.report(def.ID, lifecycle.Event{Kind: lifecycle.Drained, Worker: a.Worker})
	})
}

// servedBy are the slots whose workers serve a listener. Not all do while the listeners of a pool change: its
// workers of before have only the old ones, those that replace them only the new ones. h.mu is held.
func (h *holding) servedBy(l listener, slots []int) []int {
	return slices.DeleteFunc(slices.Clone(slots), func(slot int) bool { return !units.HasSocket(h.serves[slot], l.spec) })
}

// giveUp closes the listeners that are not among those kept. What still waits there is handed on to the one of the
// same name that is kept.
func (x *Executor) giveUp(h *holding, def *units.Unit, kept []units.Listen) {
	x.regain(h, def, kept)
	h.mu.Lock()
	var old []listener
	next := map[string]socket.Address{}
	for _, l := range h.listeners {
		switch {
		case l.group == nil:
		case units.HasSocket(kept, l.spec):
			next[l.spec.Name] = l.group.Address()
		default:
			old = append(old, l)
		}
	}
	h.mu.Unlock()
	ctx, cancel := context.WithTimeout(x.ctx, relayTime)
	defer cancel()
	for _, l := range old {
		to, is := next[l.spec.Name]
		if err := l.refuse(); err != nil || !is {
			continue
		}
		for slot := range l.group.Slots() {
			relayed, err := l.group.Relay(ctx, nil, slot, func(ctx context.Context) (net.Conn, error) {
				network, address := to.Target()
				return (&net.Dialer{}).DialContext(ctx, network, address)
			})
			if relayed > 0 || err != nil {
				x.config.Logger.Info("relayed connections of an address that is given up",
					"address", l.group.Address(), "connections", relayed, "error", err)
			}
		}
	}
	x.closeOthers(h, kept)
}

// regain gives the listeners that are kept what their blocks say: a generation that was given up may have had them otherwise.
func (x *Executor) regain(h *holding, def *units.Unit, kept []units.Listen) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, spec := range kept {
		l := h.find(spec)
		if l == nil || l.spec == spec {
			continue
		}
		if err := l.become(def, spec); err != nil {
			x.config.Logger.Warn("give a listener back what it had", "unit", def.ID, "error", err)
		}
		x.keepSoon()
	}
}

package lifecycle

import (
	"slices"
	"time"
)

// Lobby is the slot in whose queue new clients of a pool wait while every worker that is up has nearly been given as many
// requests as it ends itself after: one that is sent more drops what it has accepted and not read. It is the slot of the
// replacement that is about to come, or the one that this will have, and it is a lobby only as long as one is coming, and
// as long as clients may be kept waiting for a worker at all (`unavailable.after`). Then they go to the workers again,
// those who wait too.
type Lobby struct {
	Slot int `json:"slot"`
	// Open is set while clients wait there; Until is when that ends at the latest. After that it stays closed until a
	// worker is there that is not about to end itself.
	Open  bool      `json:"open,omitempty"`
	Until time.Time `json:"until"`
}

// slots is the slot of an open lobby; none: there is no such.
func (l *Lobby) slots() []int {
	if l == nil || !l.Open {
		return nil
	}
	return []int{l.Slot}
}

// closesAt is when the lobby closes by time; zero: it does not.
func (l *Lobby) closesAt() time.Time {
	if l == nil || !l.Open {
		return time.Time{}
	}
	return l.Until
}

// wait opens, moves and closes the lobby.
func (p *Pool) wait(now time.Time) {
	if !p.exhausted() {
		p.Lobby = nil
		return
	}
	slot, coming := p.lobbySlot()
	if p.Lobby == nil && coming {
		p.Lobby = &Lobby{Slot: slot, Until: now.Add(p.def.Unavailable.After)}
	}
	if l := p.Lobby; l != nil {
		l.Open = coming && !passed(l.Until, now)
		if l.Open {
			l.Slot = slot
		}
	}
}

// exhausted reports that no worker is well, and that of those which are up one is about to end itself.
func (p *Pool) exhausted() bool {
	if p.def.Unavailable == nil || p.Roll != nil {
		return false
	}
	spent := false
	for _, w := range p.Workers {
		switch {
		case w.Role != Serving || !w.Process.Phase.Up():
		case w.Spent:
			spent = true
		case !w.Suspect && !w.Process.ailing():
			return false
		}
	}
	return spent
}

// counts reports a pool whose workers count their requests themselves, each on a socket of its own.
func (p *Pool) counts() bool {
	return p.def.Recycle != nil && p.def.Recycle.MaxRequests > 0 && !p.def.Proxy && p.steers()
}

// lobbySlot is that of the next replacement, and whether one is coming.
func (p *Pool) lobbySlot() (slot int, coming bool) {
	due := false
	for _, w := range p.Workers {
		if w.Role == Successor {
			return w.Slot, w.Process.Phase == Starting && w.Generation == p.Generation
		}
		due = due || w.replaceable()
	}
	if !due || !p.opened() {
		return 0, false
	}
	return p.successorSlot()
}

// successorSlot is the one that the next replacement gets: that in which clients wait for it.
func (p *Pool) successorSlot() (slot int, free bool) {
	if l := p.Lobby; l != nil && l.Open && !slices.ContainsFunc(p.Workers, func(w *Worker) bool { return w.Slot == l.Slot }) {
		return l.Slot, true
	}
	return p.freeSlot()
}

// left is the slot that clients have been steered to until now, and are not to wait in any longer; none: there is no such.
func (p *Pool) left() []int {
	if l := p.Lobby; l == nil || l.Open || !slices.Equal(p.Steered, []int{l.Slot}) {
		return nil
	}
	return p.Steered
}

// leaveLobby sends clients to the workers that are there, since no replacement comes any more.
func (p *Pool) leaveLobby(s *step) {
	if p.Lobby == nil || !p.Lobby.Open {
		return
	}
	p.Lobby.Until = s.in.Now
	p.steer(s)
}

package server

import (
	"log/slog"
	"sync"
	"time"

	"unitd/policy/access"
)

// refusals logs refused requests, at most one a second, so that a caller who keeps knocking fills no disk.
type refusals struct {
	mu      sync.Mutex
	last    time.Time
	dropped int
}

// refusal is one of them.
type refusal struct {
	peer   peer
	socket string // "": the control socket
	verb   access.Verb
	target string // the units that it is about; "": all, or none
	reason string
}

func (r *refusals) log(logger *slog.Logger, now time.Time, what refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.last) < time.Second {
		r.dropped++
		return
	}
	attributes := []any{"uid", what.peer.uid, "pid", what.peer.pid, "verb", string(what.verb), "unit", what.target, "reason", what.reason}
	if what.socket != "" {
		attributes = append(attributes, "socket", what.socket)
	}
	if r.dropped > 0 {
		attributes = append(attributes, "refused_since_last_line", r.dropped)
	}
	logger.Warn("refuse request", attributes...)
	r.last, r.dropped = now, 0
}

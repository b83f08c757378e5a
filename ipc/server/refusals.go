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

func (r *refusals) log(logger *slog.Logger, now time.Time, p peer, verb access.Verb, reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.last) < time.Second {
		r.dropped++
		return
	}
	attributes := []any{"uid", p.uid, "pid", p.pid, "verb", string(verb), "reason", reason}
	if r.dropped > 0 {
		attributes = append(attributes, "refused_since_last_line", r.dropped)
	}
	logger.Warn("refuse request", attributes...)
	r.last, r.dropped = now, 0
}

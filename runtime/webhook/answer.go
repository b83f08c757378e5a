package webhook

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// answer writes JSON that no cache keeps.
func answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil { // it is made of texts and numbers
		status, text = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	w.Write(append(text, '\n')) //nolint:errcheck // who has gone does not read it
}

func tooMany(w http.ResponseWriter, wait time.Duration) {
	seconds := int((wait + time.Second - 1) / time.Second)
	w.Header().Set("Retry-After", strconv.Itoa(seconds))
	answer(w, http.StatusTooManyRequests, map[string]any{"error": "too many requests"})
}

// refusals logs refused requests, at most one a second, so that a caller who keeps knocking fills no disk.
type refusals struct {
	mu      sync.Mutex
	last    time.Time
	dropped int
}

type refusal struct{ pipeline, path, from, reason string }

// maxLoggedPath bounds what a caller can put into the log.
const maxLoggedPath = 100

func (r *refusals) log(logger *slog.Logger, now time.Time, what refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.last) < time.Second {
		r.dropped++
		return
	}
	attributes := []any{"from", what.from, "reason", what.reason}
	if what.pipeline != "" {
		attributes = append(attributes, "pipeline", what.pipeline)
	} else {
		attributes = append(attributes, "path", what.path[:min(len(what.path), maxLoggedPath)])
	}
	if r.dropped > 0 {
		attributes = append(attributes, "refused_since_last_line", r.dropped)
	}
	logger.Warn("refuse webhook", attributes...)
	r.last, r.dropped = now, 0
}

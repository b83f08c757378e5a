package proxy

import (
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// complaints logs failed requests, one a second at most: a worker that dies under load fails many.
type complaints struct {
	logger *slog.Logger

	mu      sync.Mutex
	last    time.Time
	skipped int
}

// add logs one, or counts it.
func (c *complaints) add(what string, r *http.Request, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	if now.Sub(c.last) < time.Second {
		c.skipped++
		return
	}
	c.logger.Warn("request failed", "what", what, "method", r.Method, "path", r.URL.Path, "error", err, "more", c.skipped)
	c.last, c.skipped = now, 0
}

// Package paced logs what others can cause as often as they like, such as refused requests, so that they fill no disk.
package paced

import (
	"log/slog"
	"sync"
	"time"
)

// Log writes one warning a second at most, and with it how many were left out since the last. The zero value is ready.
type Log struct {
	mu      sync.Mutex
	last    time.Time
	skipped int
}

// Warn logs a warning that occurs at now, with attributes as those of slog, or counts it.
func (l *Log) Warn(logger *slog.Logger, now time.Time, message string, attributes ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.last) < time.Second {
		l.skipped++
		return
	}
	if l.skipped > 0 {
		attributes = append(attributes, "more_since_last_line", l.skipped)
	}
	logger.Warn(message, attributes...)
	l.last, l.skipped = now, 0
}

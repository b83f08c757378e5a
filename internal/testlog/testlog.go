// Package testlog is the log that a test gives to what it tests, and looks into while that runs.
package testlog

import (
	"log/slog"
	"strings"
	"sync"
)

// Log keeps what is written. The zero value is ready for use by any goroutine.
type Log struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write appends.
func (l *Log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(text)
}

// String is all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Lines are those that hold a text.
func (l *Log) Lines(text string) (found []string) {
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, text) {
			found = append(found, line)
		}
	}
	return found
}

// Logger writes to it.
func (l *Log) Logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

package daemons

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// An attempt is one request of a load.
type attempt struct {
	began, ended time.Time
	answer       string
	err          error
}

// A load asks a server again and again, by several clients, each with a new connection for each request.
type load struct {
	stop     chan struct{}
	clients  sync.WaitGroup
	mu       sync.Mutex
	attempts []attempt
}

// startLoad has clients ask until stopped, with a pause after each answer.
func startLoad(clients int, pause time.Duration, ask func() (string, error)) *load {
	l := &load{stop: make(chan struct{})}
	for range clients {
		l.clients.Go(func() {
			for {
				a := attempt{began: time.Now()}
				a.answer, a.err = ask()
				a.ended = time.Now()
				l.mu.Lock()
				l.attempts = append(l.attempts, a)
				l.mu.Unlock()
				select {
				case <-l.stop:
					return
				case <-time.After(pause):
				}
			}
		})
	}
	return l
}

// end stops the load and returns what was asked, in the order of the answers.
func (l *load) end() []attempt {
	close(l.stop)
	l.clients.Wait()
	return l.attempts
}

// sofar is how many requests were answered well by now with an answer that is wanted.
func (l *load) answered(wanted func(answer string) bool) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for _, a := range l.attempts {
		if a.err == nil && wanted(a.answer) {
			n++
		}
	}
	return n
}

// noneFailed wants every request of a load to have been answered.
func noneFailed(t *testing.T, during string, attempts []attempt) {
	t.Helper()
	failed := 0
	var first error
	for _, a := range attempts {
		if a.err != nil {
			failed++
			if first == nil {
				first = fmt.Errorf("at %s: %w", a.began.Format(time.StampMilli), a.err)
			}
		}
	}
	if failed > 0 {
		t.Errorf("%d of %d requests failed during the %s; the first: %v", failed, len(attempts), during, first)
		return
	}
	t.Logf("%d requests during the %s, none failed", len(attempts), during)
}

package daemons

import (
	"errors"
	"fmt"
	"sync"
	"syscall"
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
				l.attempt(ask)
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

// arrivalPace is the time from one arrival to the next.
const arrivalPace = 10 * time.Millisecond

// startArrivals has new clients come at a steady pace, whether or not those before them were answered: 100 a second.
func startArrivals(ask func() (string, error)) *load {
	l := &load{stop: make(chan struct{})}
	l.clients.Go(func() {
		arrivals := time.NewTicker(arrivalPace)
		defer arrivals.Stop()
		for {
			select {
			case <-l.stop:
				return
			case <-arrivals.C:
				l.clients.Go(func() { l.attempt(ask) })
			}
		}
	})
	return l
}

func (l *load) attempt(ask func() (string, error)) {
	a := attempt{began: time.Now()}
	a.answer, a.err = ask()
	a.ended = time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.attempts = append(l.attempts, a)
}

// end stops the load and returns what was asked, in the order of the answers.
func (l *load) end() []attempt {
	close(l.stop)
	l.clients.Wait()
	return l.attempts
}

// answered is how many requests were answered well by now, with an answer that is wanted.
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

// failures counts the requests that were not answered, those among them to which no connection came about, and says
// what went wrong with the first.
func failures(attempts []attempt) (failed, refused int, first error) {
	for _, a := range attempts {
		if a.err == nil {
			continue
		}
		failed++
		if errors.Is(a.err, syscall.ECONNREFUSED) {
			refused++
		}
		if first == nil {
			first = fmt.Errorf("at %s: %w", a.began.Format(time.StampMilli), a.err)
		}
	}
	return failed, refused, first
}

// noneFailed wants every request of a load to have been answered.
func noneFailed(t *testing.T, during string, attempts []attempt) {
	t.Helper()
	failed, _, first := failures(attempts)
	if failed > 0 {
		t.Errorf("%d of %d requests failed during the %s; the first: %v", failed, len(attempts), during, first)
		return
	}
	t.Logf("%d requests during the %s, none failed", len(attempts), during)
}

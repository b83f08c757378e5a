package poll

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"unitd/internal/testlog"
	"unitd/policy/poll"
)

// world is what a Poller talks to.
type world struct {
	mu     sync.Mutex
	head   string
	err    error
	known  poll.Known
	tried  string
	asked  []time.Time
	begun  []string
	took   time.Duration
	asking int
	most   int
	log    testlog.Log
}

func (w *world) poller() *Poller {
	return New(Config{
		Head: func(ctx context.Context, _ string) (string, error) {
			w.mu.Lock()
			w.asked = append(w.asked, time.Now())
			w.asking++
			w.most = max(w.most, w.asking)
			took := w.took
			w.mu.Unlock()
			select {
			case <-time.After(took):
			case <-ctx.Done():
			}
			w.mu.Lock()
			defer w.mu.Unlock()
			w.asking--
			return w.head, w.err
		},
		Known: func(context.Context, string) (poll.Known, error) {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.known, nil
		},
		Tried: func(string) string { return w.tried },
		Remember: func(_, commit string) error {
			w.tried = commit
			return nil
		},
		Deploy: func(_ context.Context, _, commit string) (int, error) {
			w.begun = append(w.begun, commit)
			return len(w.begun), nil
		},
		Chance: func() float64 { return 0 },
		Log:    w.log.Logger(),
	})
}

// during runs a Poller for a while of fake time.
func during(t *testing.T, p *Poller, d time.Duration) {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	if err := p.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	synctest.Wait()
}

func TestPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{head: "a"}
		p := w.poller()
		p.Watch([]Remote{{Pipeline: "pipeline.deploy", Every: 2 * time.Minute}})
		during(t, p, 9*time.Minute)
		if len(w.asked) != 5 || !slices.Equal(w.begun, []string{"a"}) {
			t.Errorf("asked %d times, begun %v", len(w.asked), w.begun)
		}
		w.head, w.known = "b", poll.Known{Busy: true}
		during(t, p, 4*time.Minute)
		if !slices.Equal(w.begun, []string{"a"}) {
			t.Errorf("while a run goes on: %v", w.begun)
		}
		w.known = poll.Known{Live: "a", Last: "a"}
		during(t, p, 4*time.Minute)
		if !slices.Equal(w.begun, []string{"a", "b"}) {
			t.Errorf("begun %v", w.begun)
		}
		if s, ok := p.State("pipeline.deploy"); !ok || s.Head != "b" || s.Failures != 0 || s.Next.Before(time.Now()) {
			t.Errorf("%+v", s)
		}
	})
}

// A remote that does not answer is asked less and less often, and the log tells that once.
func TestSilentRemote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{took: time.Hour, head: "a"}
		p := w.poller()
		p.Watch([]Remote{{Pipeline: "pipeline.deploy", Every: 2 * time.Minute}})
		during(t, p, 6*time.Hour)
		if n := len(w.asked); n < 8 || n > 11 {
			t.Errorf("asked %d times: %v", n, w.asked)
		}
		if s, _ := p.State("pipeline.deploy"); s.Failures != len(w.asked) || !strings.Contains(s.Err, "deadline") {
			t.Errorf("%+v", s)
		}
		w.took = 0
		during(t, p, 2*time.Hour)
		if s, _ := p.State("pipeline.deploy"); s.Failures != 0 || s.Err != "" || len(w.begun) != 1 {
			t.Errorf("%+v, begun %v", s, w.begun)
		}
		if n := len(w.log.Lines("does not answer")); n != 1 {
			t.Errorf("%d lines: %s", n, w.log.String())
		}
	})
}

func TestOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{took: 10 * time.Second, known: poll.Known{Busy: true}}
		p := w.poller()
		var all []Remote
		for i := range 5 {
			all = append(all, Remote{Pipeline: fmt.Sprint("pipeline.", i), Every: time.Minute})
		}
		p.Watch(all)
		during(t, p, time.Hour)
		if w.most != 1 || len(w.asked) < 200 {
			t.Errorf("%d at a time, %d in all", w.most, len(w.asked))
		}
		p.Watch(nil)
		w.asked = nil
		during(t, p, time.Hour)
		if len(w.asked) != 0 {
			t.Errorf("asked %d times, and nobody is to be", len(w.asked))
		}
	})
}

// What was to be asked next stays so when other unit files are applied.
func TestWatchAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{known: poll.Known{Busy: true}}
		p := w.poller()
		one := Remote{Pipeline: "pipeline.one", Every: 10 * time.Minute}
		p.Watch([]Remote{one})
		for range 12 {
			during(t, p, 5*time.Minute-time.Second)
			p.Watch([]Remote{one})
		}
		if len(w.asked) != 6 {
			t.Errorf("asked %d times in an hour", len(w.asked))
		}
		one.Key = "another branch"
		p.Watch([]Remote{one})
		during(t, p, time.Second)
		if len(w.asked) != 7 {
			t.Errorf("another branch is not asked for: %d", len(w.asked))
		}
	})
}

package alert

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// place is somebody who is told things.
type place struct {
	mu     sync.Mutex
	began  time.Time
	tries  []string // "KEY@SECONDS"
	ended  []string // "KEY: ok" or "KEY: ATTEMPTS error"
	answer func(ctx context.Context, letter Letter, try int) error
	count  map[uint64]int
	most   int // tries at once
	now    int
}

func newPlace(answer func(ctx context.Context, letter Letter, try int) error) (*place, *Outbox) {
	p := &place{began: time.Now(), answer: answer, count: map[uint64]int{}}
	return p, New(Config{Deliver: p.deliver, Ended: p.end})
}

func (p *place) deliver(ctx context.Context, letter Letter) error {
	p.mu.Lock()
	p.count[letter.Key]++
	try := p.count[letter.Key]
	p.tries = append(p.tries, fmt.Sprintf("%d@%d", letter.Key, int(time.Since(p.began).Seconds())))
	p.now++
	p.most = max(p.most, p.now)
	p.mu.Unlock()
	err := p.answer(ctx, letter, try)
	p.mu.Lock()
	p.now--
	p.mu.Unlock()
	return err
}

func (p *place) end(letter Letter, attempts int, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	words := fmt.Sprintf("%d: ok", letter.Key)
	if err != nil {
		words = fmt.Sprintf("%d: %d %v", letter.Key, attempts, err)
	}
	p.ended = append(p.ended, words)
}

func (p *place) want(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Equal(got, want) {
		t.Errorf("%s %v, want %v", what, got, want)
	}
}

var errDown = errors.New("down")

func TestTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, o := newPlace(func(_ context.Context, letter Letter, try int) error {
			switch letter.Lane {
			case "dead":
				return errDown
			case "flaky":
				if try == 1 {
					return errDown
				}
			case "refuses":
				return &Refusal{"no"}
			case "busy":
				if try == 1 {
					return &later{errDown, time.Minute}
				}
			}
			return nil
		})
		for key, lane := range []string{"dead", "flaky", "refuses", "busy", "well", "flaky"} {
			o.Put(Letter{uint64(key), lane})
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		slices.Sort(p.ended)
		p.want(t, "ended", p.ended, "0: 4 down", "1: ok", "2: 1 no", "3: ok", "4: ok", "5: ok")
		slices.Sort(p.tries)
		p.want(t, "tried", p.tries, "0@0", "0@12", "0@2", "0@42", "1@0", "1@2", "2@0", "3@0", "3@60", "4@0", "5@2", "5@4")
		if o.Waiting() != 0 {
			t.Errorf("%d wait", o.Waiting())
		}
	})
}

// A place that does not answer holds up nobody but those who are to be told there, whose letters keep their order.
func TestDeadPlaceHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, o := newPlace(func(ctx context.Context, letter Letter, _ int) error {
			if letter.Lane == "hangs" {
				select {
				case <-time.After(10 * time.Second):
					return errDown
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			time.Sleep(time.Second)
			return nil
		})
		for key := range uint64(20) {
			o.Put(Letter{key, "hangs"})
		}
		for key := range uint64(6) {
			o.Put(Letter{100 + key, fmt.Sprint("well ", key%2)})
		}
		time.Sleep(4 * time.Second)
		synctest.Wait()
		done := slices.Sorted(slices.Values(p.ended))
		p.want(t, "ended", done, "100: ok", "101: ok", "102: ok", "103: ok", "104: ok", "105: ok")
		if p.most > atOnce {
			t.Errorf("%d at once", p.most)
		}
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		o.Close(ctx)
		if took := time.Since(began); took > 3*time.Second {
			t.Errorf("closed after %v", took)
		}
		if o.Waiting() != 20 {
			t.Errorf("%d are left for the next", o.Waiting())
		}
		o.Put(Letter{200, "well"}) // too late
		time.Sleep(time.Hour)
		if slices.Contains(p.ended, "200: ok") {
			t.Error("told after Close")
		}
	})
}

// Close waits for what is being told, and not for what waits to be tried again.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, o := newPlace(func(_ context.Context, letter Letter, _ int) error {
			time.Sleep(time.Second)
			if letter.Lane == "dead" {
				return errDown
			}
			return nil
		})
		o.Put(Letter{1, "well"})
		o.Put(Letter{2, "well"})
		o.Put(Letter{3, "dead"})
		began := time.Now()
		o.Close(t.Context())
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("closed after %v", took)
		}
		p.want(t, "ended", p.ended, "1: ok", "2: ok")
		empty := New(Config{})
		empty.Close(t.Context())
	})
}

// What does not fit puts the oldest out that is not just being told.
func TestFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, o := newPlace(func(context.Context, Letter, int) error {
			time.Sleep(time.Second)
			return nil
		})
		for key := range uint64(MaxLetters + 2) {
			o.Put(Letter{key, "one"})
		}
		synctest.Wait()
		p.want(t, "ended", p.ended, "1: 0 "+ErrFull.Error(), "2: 0 "+ErrFull.Error())
		time.Sleep(time.Hour)
		synctest.Wait()
		if len(p.ended) != MaxLetters+2 || p.most != 1 {
			t.Errorf("%d ended, %d at once", len(p.ended), p.most)
		}
	})
}

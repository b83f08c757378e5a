package notify

import (
	"testing"
	"time"
)

func TestPace(t *testing.T) {
	var p pace
	now := time.Now()
	work := func(d time.Duration) time.Duration {
		now = now.Add(d)
		return p.spent(d, now)
	}
	for n := range 50 { // what is saved up from before
		if gap := work(time.Millisecond); gap != 0 {
			t.Fatalf("after %d ms a gap of %v", n+1, gap)
		}
	}
	for range 1000 { // then a fifth of the time
		gap := work(time.Millisecond)
		if gap != 5*time.Millisecond {
			t.Fatalf("after 1 ms a gap of %v", gap)
		}
		now = now.Add(gap)
	}
	if gap := work(10 * time.Second); gap != longestGap {
		t.Errorf("after 10 s a gap of %v", gap)
	}
	now = now.Add(longestGap)
	if gap := work(time.Millisecond); gap != 5*time.Millisecond {
		t.Errorf("after that a gap of %v", gap)
	}
	now = now.Add(time.Hour)
	if gap := work(49 * time.Millisecond); gap != 0 {
		t.Errorf("after an hour a gap of %v", gap)
	}
}

package executor

import (
	"testing"
	"time"
)

func TestGuess(t *testing.T) {
	var g guess
	now := time.Now()
	for n, look := range []struct {
		after   time.Duration
		heads   []int
		pid     int
		certain bool
	}{
		{0, nil, 0, false},
		{unclear, nil, 0, false},
		{0, []int{5}, 0, false},
		{0, []int{7}, 0, false}, // that was on its way out
		{0, []int{7}, 7, true},
		{0, []int{8, 7}, 0, false},
		{unclear - 1, []int{7, 8}, 0, false},
		{0, []int{7, 8, 9}, 0, false},
		{unclear - 1, []int{9, 8, 7}, 0, false},
		{1, []int{7, 8, 9}, 0, true},
	} {
		now = now.Add(look.after)
		if pid, certain := g.of(look.heads, now); pid != look.pid || certain != look.certain {
			t.Errorf("look %d at %v: %d, %v; want %d, %v", n, look.heads, pid, certain, look.pid, look.certain)
		}
	}
}

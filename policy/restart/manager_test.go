package restart

import (
	"testing"
	"time"
)

func TestManager(t *testing.T) {
	every := func(n int, interval time.Duration) []time.Duration {
		var ago []time.Duration
		for i := n; i > 0; i-- {
			ago = append(ago, time.Duration(i-1)*interval)
		}
		return ago
	}
	for name, c := range map[string]struct {
		ago    []time.Duration
		inRow  int
		pause  time.Duration
		calmIn time.Duration
	}{
		"none":                     {nil, 0, 0, 0},
		"one just now":             {[]time.Duration{0}, 1, 0, 10 * time.Minute},
		"one long ago":             {[]time.Duration{11 * time.Minute}, 0, 0, 0},
		"three within a minute":    {every(3, 20*time.Second), 3, 0, 10 * time.Minute},
		"four":                     {every(4, time.Second), 4, 0, 10 * time.Minute},
		"five":                     {every(5, time.Second), 5, time.Second, 10 * time.Minute},
		"seven":                    {every(7, time.Second), 7, 4 * time.Second, 10 * time.Minute},
		"ten":                      {every(10, time.Second), 10, 32 * time.Second, 10 * time.Minute},
		"a hundred":                {every(100, time.Second), 100, time.Minute, 10 * time.Minute},
		"one a day":                {every(100, 24*time.Hour), 1, 0, 10 * time.Minute},
		"nine, and some time ago":  {[]time.Duration{388 * time.Second, 6 * time.Minute}, 2, 0, 4 * time.Minute},
		"the clock has no say":     {[]time.Duration{-time.Second}, 1, 0, 10 * time.Minute},
		"an old streak and a last": {[]time.Duration{30 * time.Minute, 29 * time.Minute, 0}, 1, 0, 10 * time.Minute},
	} {
		inRow, pause, calmIn := Manager(c.ago)
		if inRow != c.inRow || pause != c.pause || calmIn != c.calmIn {
			t.Errorf("%s: %d in a row, pause %v, calm in %v; want %d, %v, %v", name, inRow, pause, calmIn, c.inRow, c.pause, c.calmIn)
		}
	}
}

package executor

import (
	"testing"
	"time"
)

func TestMemoryIsSampledMoreOftenNearTheLimit(t *testing.T) {
	for _, c := range []struct {
		used int64
		want time.Duration
	}{{0, 10 * time.Second}, {50, 10 * time.Second}, {75, 5 * time.Second}, {95, time.Second}, {100, time.Second}, {300, time.Second}} {
		if got := untilSample(c.used, 100).Round(time.Millisecond); got != c.want {
			t.Errorf("%d of 100 used: looked at again after %s, want %s", c.used, got, c.want)
		}
	}
}

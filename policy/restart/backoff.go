package restart

import (
	"math"
	"time"

	"unitd/units"
)

// Backoff is the delay before the restart that follows the n-th failure in a row, n counting from 1: delay,
// then factor times as long each time up to max_delay, then changed by up to the share jitter in either
// direction, so that what failed together does not come back together. chance, in [0,1), comes from outside;
// one half gives the delay itself.
func Backoff(r units.Restart, n int, chance float64) time.Duration {
	if r.Delay <= 0 {
		return 0
	}
	base := float64(r.Delay) * math.Pow(math.Max(r.Factor, 1), float64(max(n, 1)-1))
	// A max_delay below delay would make restarts faster than asked for: then delay is the limit.
	base = math.Min(base, float64(max(r.MaxDelay, r.Delay)))
	return time.Duration(base * (1 + r.Jitter*(2*chance-1)))
}

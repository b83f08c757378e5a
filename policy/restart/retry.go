package restart

import (
	"time"

	"unitd/units"
)

// Again decides whether a job whose run has failed is tried again, and after how long: as often as its retry block says,
// after delay, then twice as long each time up to max_delay, changed by up to a tenth in either direction. What the restart
// block wants to prevent is not tried again. streak counts the failures of the run before this one; chance is in [0,1).
func Again(r units.Retry, prevent units.ExitSet, end End, streak Streak, chance float64) (delay time.Duration, again bool) {
	if streak.Failures >= r.Attempts || end.Stopped || end.Reason == units.ReasonStop || inSet(prevent, end.Code, end.Signal) {
		return 0, false
	}
	backoff := units.Restart{Delay: r.Delay, MaxDelay: r.MaxDelay, Factor: 2, Jitter: 0.1}
	return Backoff(backoff, streak.Failures+1, chance), true
}

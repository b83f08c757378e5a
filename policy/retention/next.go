package retention

import "time"

// A log that is written to is looked at again after a time within these bounds. Not later, since a program that has
// begun to print without end fills a disk in minutes, whatever it did before.
const (
	Soonest = time.Second
	Latest  = time.Minute
)

// Growth is what was seen between two looks at a live file.
type Growth struct {
	Live    int64 // bytes that it has now
	Grown   int64 // bytes that were written
	Elapsed time.Duration
}

// Next says after which time to look again: the one that it takes the log to reach MaxSize at the rate that was seen. quiet:
// nothing was written, so that the next look can wait for the next write.
func Next(g Growth, r Rules) (wait time.Duration, quiet bool) {
	if g.Grown <= 0 {
		return 0, true
	}
	room := float64(max(r.MaxSize-g.Live, 0))
	seconds := room * g.Elapsed.Seconds() / float64(g.Grown)
	if seconds >= Latest.Seconds() {
		return Latest, false
	}
	return max(time.Duration(seconds*float64(time.Second)), Soonest), false
}

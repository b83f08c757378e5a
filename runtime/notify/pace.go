package notify

import (
	"time"

	"golang.org/x/sys/unix"
)

// What a pace allows. A boot of many units is within what is saved up.
const (
	paceShare  = 5 // one part in so many of the time
	paceSaved  = 50 * time.Millisecond
	longestGap = 50 * time.Millisecond
)

// pace keeps the taking in of messages within a share of the time when there are always more of them. Who sends more
// waits in sendmsg(2), and so does not keep the manager from its other work; others who send wait in turn.
type pace struct {
	saved time.Duration // time that may be spent at once
	at    time.Time     // up to when that is reckoned
}

// spent accounts for work that has just been done and says how long to leave off after it.
func (p *pace) spent(work time.Duration, now time.Time) (gap time.Duration) {
	idle := now.Sub(p.at) - work
	p.saved = min(p.saved+idle/paceShare, paceSaved) - work
	p.at = now
	if p.saved >= 0 {
		return 0
	}
	p.saved = max(p.saved, -longestGap/paceShare)
	return -p.saved * paceShare
}

// stopwatch tells how long some work takes: on a host where others keep it from running, no longer than this process has
// run meanwhile.
type stopwatch struct {
	began time.Time
	used  time.Duration
}

func startWatch() stopwatch { return stopwatch{time.Now(), used()} }

func (s stopwatch) work(now time.Time) time.Duration { return min(now.Sub(s.began), used()-s.used) }

// used is the processor time of this process.
func used() time.Duration {
	var clock unix.Timespec
	if unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &clock) != nil {
		return 0
	}
	return time.Duration(clock.Nano())
}

package notify

import "time"

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

// spent accounts for some work and says how long to leave off after it.
func (p *pace) spent(from, to time.Time) (gap time.Duration) {
	idle := from.Sub(p.at)
	p.saved = min(p.saved+idle/paceShare, paceSaved) - to.Sub(from)
	p.at = to
	if p.saved >= 0 {
		return 0
	}
	p.saved = max(p.saved, -longestGap/paceShare)
	return -p.saved * paceShare
}

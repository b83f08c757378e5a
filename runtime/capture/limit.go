package capture

import "time"

// Limit is how many lines of a source are put: Burst in each Interval. The zero Limit is none.
type Limit struct {
	Burst    int
	Interval time.Duration
}

// meter counts lines by the rule of journald (journald.conf(5), RateLimitBurst=): an interval begins with the first line
// after the one before, and lines beyond the burst in it are dropped.
type meter struct {
	limit   Limit
	begun   time.Time
	count   int
	dropped int // in this interval
}

// allow says how many of some lines that come now are put.
func (m *meter) allow(now time.Time, lines int) int {
	if m.limit.Burst <= 0 {
		return lines
	}
	if since := now.Sub(m.begun); since >= m.limit.Interval || since < 0 {
		m.begun, m.count = now, 0
	}
	n := min(lines, max(m.limit.Burst-m.count, 0))
	m.count += n
	m.dropped += lines - n
	return n
}

// over says how many lines an interval that has ended has dropped, once.
func (m *meter) over(now time.Time) (dropped int) {
	if m.dropped == 0 || now.Before(m.due()) && !now.Before(m.begun) {
		return 0
	}
	dropped, m.dropped = m.dropped, 0
	return dropped
}

// due is when it is to be told what was dropped; zero: nothing was.
func (m *meter) due() time.Time {
	if m.dropped == 0 {
		return time.Time{}
	}
	return m.begun.Add(m.limit.Interval)
}

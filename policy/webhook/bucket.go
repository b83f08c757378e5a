package webhook

import "time"

// Bucket lets so many things happen at once and one in each interval after that. The zero Bucket is full.
type Bucket struct {
	used float64
	at   time.Time
}

// Take takes one at the time now, out of a bucket that holds size and gets one back in each interval. Where there is none
// it says how long to wait.
func (b *Bucket) Take(now time.Time, size int, interval time.Duration) (wait time.Duration) {
	if back := now.Sub(b.at); back > 0 {
		b.used = max(0, b.used-float64(back)/float64(interval))
		b.at = now
	}
	if b.used+1 > float64(size) {
		return time.Duration((b.used + 1 - float64(size)) * float64(interval))
	}
	b.used++
	return 0
}

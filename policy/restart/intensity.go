package restart

import (
	"slices"
	"time"
)

// Intensity enters an event at now into a window and says whether that made more than burst events inside
// interval (OTP: supervisor's add_restart). The window it gives back holds only what still counts, at most
// burst+1 times, oldest first; the one given is not changed. A burst of 0 means that there is no limit, and
// keeps nothing.
func Intensity(window []time.Time, now time.Time, burst int, interval time.Duration) (_ []time.Time, exceeded bool) {
	if burst <= 0 {
		return nil, false
	}
	var recent []time.Time
	for _, at := range window {
		if now.Sub(at) <= interval {
			recent = append(recent, at)
		}
	}
	recent = append(recent, now)
	if extra := len(recent) - (burst + 1); extra > 0 {
		recent = slices.Delete(recent, 0, extra)
	}
	return recent, len(recent) > burst
}

package alert

import (
	"errors"
	"time"
)

// Refusal is an error that another try would not change.
type Refusal struct{ Why string }

// Error says why.
func (r *Refusal) Error() string { return r.Why }

func final(err error) bool {
	var refusal *Refusal
	return errors.As(err, &refusal)
}

// later is an error of who asks not to be tried again for a while.
type later struct {
	error
	pause time.Duration
}

// maxLater bounds that while.
const maxLater = 2 * time.Minute

func after(err error) time.Duration {
	var l *later
	if errors.As(err, &l) {
		return min(l.pause, maxLater)
	}
	return 0
}

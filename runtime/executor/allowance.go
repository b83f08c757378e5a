package executor

import "time"

// allowance is processor time that may be spent on something, on average a small share of one processor. What is not
// spent is saved, up to a limit: who needs to look often for a moment can, where it was quiet before.
type allowance struct {
	left time.Duration
	at   time.Time
}

const (
	// allowanceShare is the part that is given: less than 1 % of a processor.
	allowanceShare = 125
	// mostAllowance is what half a minute gives.
	mostAllowance = 30 * time.Second / allowanceShare
)

// grow takes in what has been given since the last time; at first all that can be saved.
func (a *allowance) grow(now time.Time) {
	if a.at.IsZero() {
		a.left = mostAllowance
	} else {
		a.left = min(a.left+now.Sub(a.at)/allowanceShare, mostAllowance)
	}
	a.at = now
}

func (a *allowance) spend(d time.Duration) { a.left -= d }

// free is when what has been spent too much is made up for.
func (a *allowance) free() time.Time {
	if a.left >= 0 {
		return a.at
	}
	return a.at.Add(-a.left * allowanceShare)
}

package restart

import (
	"fmt"
	"slices"
	"time"

	"unitd/units"
)

// End is an ended run, as far as the verdict depends on it.
type End struct {
	Reason units.Reason
	// Code is the exit code, or -1 where there is none: no process came to run.
	Code   int
	Signal units.Signal
	// Stopped says that somebody stopped the unit by hand, or that a job did.
	Stopped bool
	// Oneshot says that the program should have come to its end: a oneshot or a job.
	Oneshot bool
}

// Streak is what has to be remembered of the runs before. The zero value is that of a unit that was started
// by hand, or whose failures were reset. It can be stored.
type Streak struct {
	// Failures counts the restarts in a row; a run that lasts reset_after ends the row.
	Failures int `json:"failures,omitempty"`
	// Started is when the present run began; zero before the first.
	Started time.Time `json:"started,omitzero"`
	// Window holds the times of the last restarts that count for burst, oldest first.
	Window []time.Time `json:"window,omitempty"`
}

// Begin notes that a run begins at now.
func (s Streak) Begin(now time.Time) Streak {
	s.Started = now
	return s
}

// Decision is a verdict and the rule behind it. How often the unit failed in a row is in the streak.
type Decision struct {
	Restart bool
	// Delay is how long to wait before the restart; 0: none.
	Delay time.Duration
	// Rule says which rule decided, for the event log: "policy on-failure", "prevent", "stopped by hand".
	Rule string
	// Limit says that there were too many restarts: the unit ends in failed(start-limit).
	Limit bool
}

// Verdict decides whether and when a program starts again after a run that ended at now, and gives the
// streak to remember. The order is: stopped by hand, recycle, prevent, force, policy; then the start limit.
// chance is in [0,1) and comes from outside.
func Verdict(r units.Restart, end End, streak Streak, now time.Time, chance float64) (Decision, Streak) {
	if !streak.Started.IsZero() && now.Sub(streak.Started) >= r.ResetAfter {
		streak.Failures = 0
	}
	restart, rule := decide(r, end)
	if !restart || end.Reason == units.ReasonRecycle {
		return Decision{Restart: restart, Rule: rule}, streak
	}

	var exceeded bool
	streak.Failures++
	streak.Window, exceeded = Intensity(streak.Window, now, r.Burst, r.Interval)
	if exceeded {
		rule = fmt.Sprintf("start limit: more than %d restarts in %s", r.Burst, r.Interval)
		return Decision{Rule: rule, Limit: true}, streak
	}
	decision := Decision{Restart: true, Rule: rule}
	if streak.Failures > 1 || !slices.Contains(r.Immediate, end.Reason) {
		decision.Delay = Backoff(r, streak.Failures, chance)
	}
	return decision, streak
}

// decide applies the rules in their order and names the one that decided.
func decide(r units.Restart, end End) (restart bool, rule string) {
	switch {
	case end.Stopped || end.Reason == units.ReasonStop:
		return false, "stopped by hand"
	case end.Reason == units.ReasonRecycle:
		return true, "recycle"
	case inSet(r.Prevent, end.Code, end.Signal):
		return false, "prevent"
	case inSet(r.Force, end.Code, end.Signal):
		return true, "force"
	}
	return restarts(r.Policy, end.Reason, end.Oneshot), "policy " + string(r.Policy)
}

// Ordinal writes a number as people count: "4th", as in "exit 3, 4th in a row".
func Ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return fmt.Sprintf("%d%s", n, suffix)
}

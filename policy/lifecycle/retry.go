package lifecycle

import (
	"fmt"

	"unitd/policy/restart"
)

// retry has a failed run of a job tried again after a while, as its retry block says. Who waits for the run goes on waiting:
// it has not ended before the last attempt has.
func (p *Process) retry(s *step) bool {
	if p.job == nil || p.job.Retry.Attempts == 0 || !p.failing() {
		return false
	}
	tries := p.job.Retry.Attempts + 1
	p.Note += fmt.Sprintf(", attempt %d of %d", min(p.Streak.Failures+1, tries), tries)
	delay, again := restart.Again(p.job.Retry, p.def.Restart.Prevent, p.outcome(), p.Streak, s.in.Chance)
	if !again {
		return false
	}
	p.Streak.Failures++
	p.enter(s, Backoff, "")
	if p.NeverRan {
		delay = max(delay, tryAgain)
	}
	p.Deadline = s.in.Now.Add(delay)
	return true
}

package lifecycle

// Then is what two notices, one right after the other, come to as one. It is for a program that says more than anybody
// needs to hear: the status that is overwritten at once, that it is alive a thousand times in a second. ok is false
// where what they say has an order that one notice cannot express.
func (n *Notice) Then(later *Notice) (both *Notice, ok bool) {
	if !n.mayBeTold(later) {
		return nil, false
	}
	sum := *n
	sum.Ready = n.Ready || later.Ready
	sum.Stopping = n.Stopping || later.Stopping
	sum.Reloading = n.Reloading || later.Reloading
	if later.ReloadingSince.After(n.ReloadingSince) {
		sum.ReloadingSince = later.ReloadingSince
	}
	sum.Alive = n.Alive || later.Alive
	sum.Hung = n.Hung || later.Hung
	sum.RestartReset = n.RestartReset || later.RestartReset
	sum.Extend = max(n.Extend, later.Extend)
	if later.MainPID != 0 {
		sum.MainPID = later.MainPID
	}
	sum.Status = latest(n.Status, later.Status)
	sum.Watchdog = latest(n.Watchdog, later.Watchdog)
	sum.Errno = latest(n.Errno, later.Errno)
	sum.ExitStatus = latest(n.ExitStatus, later.ExitStatus)
	return &sum, true
}

// mayBeTold reports that a later notice may be told together with this one. Within a notice everything else counts
// before the steps of a program's life (Process.notified), so behind a step comes only what does not depend on it.
func (n *Notice) mayBeTold(later *Notice) bool {
	if n.steps() == 0 && !n.Hung {
		return n.Extend == 0 || !later.Alive && later.Watchdog == nil // which begin a watchdog interval anew
	}
	if later.Extend != 0 || later.MainPID != 0 || later.Hung || later.Watchdog != nil {
		return false
	}
	if later.Alive && (n.Stopping || n.Hung) {
		return false
	}
	return later.steps() == 0 || n.steps() == 1 && !n.Hung && n.sameSteps(later)
}

// steps counts those that the program says it has gone.
func (n *Notice) steps() (count int) {
	for _, gone := range []bool{n.Ready, n.Reloading, n.Stopping} {
		if gone {
			count++
		}
	}
	return count
}

func (n *Notice) sameSteps(other *Notice) bool {
	return n.Ready == other.Ready && n.Reloading == other.Reloading && n.Stopping == other.Stopping
}

func latest[T any](earlier, later *T) *T {
	if later != nil {
		return later
	}
	return earlier
}

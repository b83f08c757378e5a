package restart

import (
	"slices"

	"unitd/units"
)

// column is a column of BEHAVIOUR's table of policies.
type column string

const (
	columnClean    column = "clean"    // clean, killed
	columnExit     column = "exit"     // exit
	columnAbort    column = "abort"    // signal, core, oom
	columnTimeout  column = "timeout"  // timeout
	columnWatchdog column = "watchdog" // watchdog, hang, health
)

// policies is BEHAVIOUR's table: the columns in which a policy restarts.
var policies = map[units.RestartPolicy][]column{
	units.RestartNo:         nil,
	units.RestartOnSuccess:  {columnClean},
	units.RestartOnFailure:  {columnExit, columnAbort, columnTimeout, columnWatchdog},
	units.RestartOnAbnormal: {columnAbort, columnTimeout, columnWatchdog},
	units.RestartOnAbort:    {columnAbort},
	units.RestartOnWatchdog: {columnWatchdog},
	units.RestartAlways:     {columnClean, columnExit, columnAbort, columnTimeout, columnWatchdog},
}

// columnOf finds a reason's column, or "" for recycle and stop, which no policy decides.
func columnOf(reason units.Reason, oneshot bool) column {
	switch reason {
	case units.ReasonKilled:
		if oneshot {
			return columnAbort
		}
		return columnClean
	case units.ReasonClean:
		return columnClean
	case units.ReasonExit:
		return columnExit
	case units.ReasonSignal, units.ReasonCore, units.ReasonOOM:
		return columnAbort
	case units.ReasonTimeout:
		return columnTimeout
	case units.ReasonWatchdog, units.ReasonHang, units.ReasonHealth:
		return columnWatchdog
	}
	return ""
}

// restarts is one cell of the table.
func restarts(policy units.RestartPolicy, reason units.Reason, oneshot bool) bool {
	return slices.Contains(policies[policy], columnOf(reason, oneshot))
}

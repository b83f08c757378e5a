package restart

import (
	"slices"

	"unitd/units"
)

// Exit is how a main process ended, as the kernel tells it (wait(2)), and what the manager had to do with it.
type Exit struct {
	// Code is the exit code, 0 to 255. It counts only where Signal is "".
	Code int
	// Signal ended the process; "" where it exited.
	Signal units.Signal
	// Core says that a core was dumped.
	Core bool
	// OOM says that the kernel's OOM killer or the unit's memory limit killed it.
	OOM bool
	// Cause is the manager's own reason for ending it: timeout, watchdog, hang, health, oom, recycle or
	// stop. It is "" where the process ended by itself. Recycle may also be given for a worker that ends
	// itself after its max_requests.
	Cause units.Reason
	// Told says that the manager had told it to end, by a signal or a stop hook.
	Told bool
}

// Classify says why a process ended. What the manager ended has the manager's reason, whatever the exit
// status came to be; the exception is a worker that recycles itself, whose crash stays a crash. success
// names the codes and signals that mean success beside 0.
func Classify(e Exit, success units.ExitSet) units.Reason {
	clean := cleanExit(e, success)
	switch {
	case e.Cause == units.ReasonRecycle:
		if e.Told || clean {
			return units.ReasonRecycle
		}
	case e.Cause != "":
		return e.Cause
	}
	switch {
	case clean:
		return units.ReasonClean
	case e.OOM:
		return units.ReasonOOM
	case e.Signal == "":
		return units.ReasonExit
	case e.Core:
		return units.ReasonCore
	case slices.Contains(politeSignals, e.Signal):
		return units.ReasonKilled
	}
	return units.ReasonSignal
}

// politeSignals are those by which people and programs ask a process to end; systemd.service(5) counts an
// end by one of them as clean too (SuccessExitStatus=).
var politeSignals = []units.Signal{"SIGTERM", "SIGINT", "SIGHUP", "SIGPIPE"}

func cleanExit(e Exit, success units.ExitSet) bool {
	return e.Signal == "" && e.Code == 0 || inSet(success, e.Code, e.Signal)
}

// inSet says whether a set of exit statuses holds this one. A negative code stands for a process that never
// ran, and is in no set.
func inSet(set units.ExitSet, code int, signal units.Signal) bool {
	if signal != "" {
		return slices.Contains(set.Signals, signal)
	}
	return code >= 0 && slices.Contains(set.Codes, code)
}

// Succeeded says whether an end for this reason counts as success of the unit. A killed program did what it
// should as far as it could; a oneshot or a job that was killed did not do its work.
func Succeeded(reason units.Reason, oneshot bool) bool {
	switch reason {
	case units.ReasonClean, units.ReasonRecycle, units.ReasonStop:
		return true
	case units.ReasonKilled:
		return !oneshot
	}
	return false
}

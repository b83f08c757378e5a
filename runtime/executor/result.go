package executor

import (
	"errors"
	"io/fs"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
	"unitd/runtime/process"
	"unitd/units"
)

// exitOf is a wait status in policy's words.
func exitOf(status process.ExitStatus) lifecycle.Exit {
	if code, ok := status.Exited(); ok {
		return lifecycle.Exit{Code: code}
	}
	sig, core, _ := status.Signaled()
	return lifecycle.Exit{Signal: signalName(sig), Core: core}
}

func signalName(sig syscall.Signal) units.Signal {
	if name := unix.SignalName(sig); name != "" {
		return units.Signal(name)
	}
	// Real-time signals have no name there; signal(7) counts them from SIGRTMIN, 34 in glibc.
	if sig >= 34 {
		return units.Signal("SIGRTMIN+" + strconv.Itoa(int(sig)-34))
	}
	return units.Signal("signal " + strconv.Itoa(int(sig)))
}

// signalNumber is 0 for a name that this kernel does not know.
func signalNumber(name units.Signal) syscall.Signal {
	if plus, ok := strings.CutPrefix(string(name), "SIGRTMIN+"); ok {
		if n, err := strconv.Atoi(plus); err == nil {
			return syscall.Signal(34 + n)
		}
	}
	return unix.SignalNum(string(name))
}

// serviceResult gives the variables SERVICE_RESULT, EXIT_CODE and EXIT_STATUS as systemd.exec(5) defines them, for
// post_stop hooks and on_failure units. A polite signal is success, but not for a oneshot. Where no program ended there
// is no exit to tell of.
func serviceResult(o lifecycle.Outcome) []string {
	result := map[units.Reason]string{
		units.ReasonExit: "exit-code", units.ReasonSignal: "signal", units.ReasonCore: "core-dump",
		units.ReasonOOM: "oom-kill", units.ReasonTimeout: "timeout", units.ReasonWatchdog: "watchdog",
		units.ReasonHang: "watchdog", units.ReasonHealth: "watchdog",
	}[o.Result]
	switch {
	case o.Unready:
		result = "protocol"
	case o.Result == units.ReasonKilled && o.Oneshot:
		result = "signal"
	case result == "":
		result = "success"
	}
	if o.Exit == nil {
		return []string{"SERVICE_RESULT=" + result}
	}
	code, status := "exited", strconv.Itoa(o.Exit.Code)
	if o.Exit.Signal != "" {
		code, status = "killed", strings.TrimPrefix(string(o.Exit.Signal), "SIG")
		if o.Exit.Core {
			code = "dumped"
		}
	}
	return []string{"SERVICE_RESULT=" + result, "EXIT_CODE=" + code, "EXIT_STATUS=" + status}
}

// causeOf gives what on_failure and on_success units find: those of serviceResult, and MONITOR_UNIT and the others that
// systemd.exec(5) gives to such units.
func causeOf(c lifecycle.Cause) []string {
	list := []string{"MONITOR_UNIT=" + string(c.Unit)}
	if c.Invocation != "" {
		list = append(list, "MONITOR_INVOCATION_ID="+c.Invocation)
	}
	for _, entry := range serviceResult(c.Outcome) {
		list = append(list, entry, "MONITOR_"+entry)
	}
	return list
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

package lifecycle

import "strings"

// says reads what a program sends: "STATUS=busy WATCHDOG=1".
func says(text string) *Notice {
	n := &Notice{}
	for _, word := range strings.Fields(text) {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "READY":
			n.Ready = true
		case "RELOADING":
			n.Reloading = true
		case "SINCE": // MONOTONIC_USEC, counted from the boot of the host
			n.ReloadingSince = boot.Add(length(value))
		case "MAINPID":
			n.MainPID = number(value)
		case "STOPPING":
			n.Stopping = true
		case "EXTEND_TIMEOUT_USEC":
			n.Extend = length(value)
		case "RESTART_RESET":
			n.RestartReset = true
		case "ERRNO":
			errno := number(value)
			n.Errno = &errno
		case "EXIT_STATUS":
			status := number(value)
			n.ExitStatus = &status
		case "STATUS":
			n.Status = &value
		case "WATCHDOG":
			n.Alive, n.Hung = value == "1", value == "trigger"
		case "WATCHDOG_USEC":
			interval := length(value)
			n.Watchdog = &interval
		default:
			panic("says: " + word)
		}
	}
	return n
}

package process

import (
	"bytes"
	"os"
	"os/signal"
	"strconv"
	"syscall"
)

// An ignored signal stays ignored across fork and execve, see signal(7), while handlers end there. So an init resets
// what the manager ignores: what whoever started it left so, as nohup(1) does, and what it came to ignore itself. To
// reset all signals that there are would be 64 system calls in each start.

// dispositions is a set of signals, that of number n as bit n-1, as in /proc/PID/status.
type dispositions uint64

const everySignal = ^dispositions(0)

// inheritedIgnored are the signals that this process ignores now; if nobody tells, they may all be.
func inheritedIgnored() dispositions {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return everySignal
	}
	for line := range bytes.Lines(status) {
		if digits, ok := bytes.CutPrefix(line, []byte("SigIgn:")); ok {
			if set, err := strconv.ParseUint(string(bytes.TrimSpace(digits)), 16, 64); err == nil {
				return dispositions(set)
			}
		}
	}
	return everySignal
}

// ignored adds what Go has been told to ignore.
func (d dispositions) ignored() dispositions {
	for n := range syscall.Signal(64) {
		if signal.Ignored(n + 1) {
			d |= 1 << n
		}
	}
	return d
}

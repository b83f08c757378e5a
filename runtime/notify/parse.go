package notify

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bounds of what a message may say.
const (
	maxStatus  = 4096 // bytes, as systemd's STATUS_TEXT_MAX
	maxFDName  = 255  // bytes, as systemd's FDNAME_MAX
	maxErrno   = 4095 // the kernel's MAX_ERRNO
	maxInvalid = 16
)

// Errors of Parse.
var (
	ErrNotText    = errors.New("read notification: it holds a NUL byte")
	ErrBarrierMix = errors.New("read notification: BARRIER=1 came together with other assignments")
)

// Parse reads the text of a datagram: KEY=VALUE lines, with or without a newline after the last. Of a key
// given twice the first counts, unknown keys are ignored, and so is a boolean with any value but 1
// (READY=0 says nothing).
func Parse(datagram []byte) (*Message, error) {
	// Some senders count the NUL at the end of a C string in.
	datagram = bytes.TrimSuffix(datagram, []byte{0})
	if bytes.IndexByte(datagram, 0) >= 0 {
		return nil, ErrNotText
	}
	m := &Message{}
	seen := map[string]bool{}
	lines := 0
	for line := range bytes.Lines(datagram) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if len(line) == 0 {
			continue
		}
		lines++
		key, value, ok := strings.Cut(string(line), "=")
		if assign := assignments[key]; ok && assign != nil && !seen[key] {
			seen[key] = true
			if !assign(m, value) && len(m.Invalid) < maxInvalid {
				m.Invalid = append(m.Invalid, key)
			}
		}
	}
	if m.Barrier && lines > 1 {
		return nil, ErrBarrierMix
	}
	return m, nil
}

// assignments sets the field of each known key, and says whether the value made sense.
var assignments = map[string]func(m *Message, value string) bool{
	"READY":               func(m *Message, v string) bool { return flag(&m.Ready, v) },
	"RELOADING":           func(m *Message, v string) bool { return flag(&m.Reloading, v) },
	"STOPPING":            func(m *Message, v string) bool { return flag(&m.Stopping, v) },
	"RESTART_RESET":       func(m *Message, v string) bool { return flag(&m.RestartReset, v) },
	"FDSTORE":             func(m *Message, v string) bool { return flag(&m.FDStore, v) },
	"FDSTOREREMOVE":       func(m *Message, v string) bool { return flag(&m.FDStoreRemove, v) },
	"BARRIER":             func(m *Message, v string) bool { return flag(&m.Barrier, v) },
	"MONOTONIC_USEC":      func(m *Message, v string) bool { return usec(&m.MonotonicUsec, v) },
	"EXTEND_TIMEOUT_USEC": func(m *Message, v string) bool { return usec(&m.ExtendTimeoutUsec, v) },
	"ERRNO":               func(m *Message, v string) bool { return number(&m.Errno, v, maxErrno) },
	"EXIT_STATUS":         func(m *Message, v string) bool { return number(&m.ExitStatus, v, 255) },
	"STATUS":              setStatus,
	"MAINPID":             setMainPID,
	"WATCHDOG":            setWatchdog,
	"WATCHDOG_USEC":       setWatchdogUsec,
	"FDNAME":              setFDName,
	"FDPOLL":              setFDPoll,
}

func flag(field *bool, value string) bool {
	*field = value == "1"
	return *field || value == "0"
}

func usec(field *uint64, value string) bool {
	n, err := strconv.ParseUint(value, 10, 64)
	if err != nil {
		return false
	}
	*field = n
	return true
}

func number(field **int, value string, highest int) bool {
	n, err := strconv.Atoi(value)
	if err != nil || n < 0 || n > highest {
		return false
	}
	*field = &n
	return true
}

func setStatus(m *Message, value string) bool {
	if !utf8.ValidString(value) {
		return false
	}
	for len(value) > maxStatus {
		_, last := utf8.DecodeLastRuneInString(value)
		value = value[:len(value)-last]
	}
	m.Status = &value
	return true
}

func setMainPID(m *Message, value string) bool {
	pid, err := strconv.ParseInt(value, 10, 32)
	if err != nil || pid <= 0 {
		return false
	}
	m.MainPID = int(pid)
	return true
}

func setWatchdog(m *Message, value string) bool {
	switch value {
	case "1":
		m.Watchdog = WatchdogPing
	case "trigger":
		m.Watchdog = WatchdogTrigger
	default:
		return false
	}
	return true
}

func setWatchdogUsec(m *Message, value string) bool {
	var n uint64
	if !usec(&n, value) {
		return false
	}
	if n == math.MaxUint64 {
		n = 0 // systemd's "infinity" is the same as none
	}
	m.WatchdogUsec = &n
	return true
}

// setFDName takes what may stand between colons in LISTEN_FDNAMES: printable ASCII without a colon.
func setFDName(m *Message, value string) bool {
	if value == "" || len(value) > maxFDName {
		return false
	}
	for i := range len(value) {
		if c := value[i]; c < ' ' || c > '~' || c == ':' {
			return false
		}
	}
	m.FDName = value
	return true
}

func setFDPoll(m *Message, value string) bool {
	m.NoFDPoll = value == "0"
	return m.NoFDPoll || value == "1"
}

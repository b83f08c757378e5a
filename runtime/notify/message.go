package notify

import "golang.org/x/sys/unix"

// Watchdog is what a message says about the watchdog.
type Watchdog uint8

// Values of Watchdog.
const (
	NoWatchdog      Watchdog = iota
	WatchdogPing             // WATCHDOG=1: alive
	WatchdogTrigger          // WATCHDOG=trigger: treat me as hung
)

// Message is one notification. A field that the sender did not give, or gave a value that makes no sense,
// is zero; the latter are named in Invalid.
type Message struct {
	PID int // of the sender, in the pid namespace of the manager; it may have ended meanwhile
	UID int // of the sender

	Ready         bool   // READY=1
	Reloading     bool   // RELOADING=1
	Stopping      bool   // STOPPING=1
	MonotonicUsec uint64 // MONOTONIC_USEC: CLOCK_MONOTONIC when the reload began, microseconds

	Status     *string // STATUS, at most 4096 bytes of UTF-8; an empty one clears it
	Errno      *int    // ERRNO of a failure, 0 to 4095
	ExitStatus *int    // EXIT_STATUS, 0 to 255

	// MainPID is MAINPID as the sender wrote it: a number in the sender's own pid namespace.
	MainPID int

	Watchdog          Watchdog
	WatchdogUsec      *uint64 // WATCHDOG_USEC: a new watchdog interval, microseconds; 0: no watchdog
	ExtendTimeoutUsec uint64  // EXTEND_TIMEOUT_USEC: this much longer from now, microseconds
	RestartReset      bool    // RESTART_RESET=1

	FDStore       bool   // FDSTORE=1: keep FDs
	FDStoreRemove bool   // FDSTOREREMOVE=1: forget those stored as FDName
	FDName        string // FDNAME; "" if none was given
	NoFDPoll      bool   // FDPOLL=0: keep them even when they report an error or hang-up

	// Barrier is BARRIER=1, and then nothing else is set: the sender waits until its one fd is closed,
	// which must happen after all its earlier messages were handled.
	Barrier bool

	Invalid []string // keys whose values made no sense, at most 16

	fds []int
}

// FDs returns how many file descriptors came with the message and were not taken yet.
func (m *Message) FDs() int { return len(m.fds) }

// TakeFDs hands over the file descriptors, which are close-on-exec, in the order they were sent. Whoever
// takes them closes them.
func (m *Message) TakeFDs() []int {
	taken := m.fds
	m.fds = nil
	return taken
}

func closeAll(fds []int) {
	for _, fd := range fds {
		// The number is free afterwards whatever close says (close(2), Linux notes).
		_ = unix.Close(fd)
	}
}

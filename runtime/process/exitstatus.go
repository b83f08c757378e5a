package process

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// ExitStatus is how a process ended: a wait status of wait4(2), or Lost.
type ExitStatus uint32

// Lost stands for the status of a process whose init was killed before it could tell.
const Lost ExitStatus = 0xffff_ffff

func (s ExitStatus) wait() syscall.WaitStatus { return syscall.WaitStatus(s) }

// Exited reports whether the process ended by itself, and with which code.
func (s ExitStatus) Exited() (code int, ok bool) {
	if s == Lost || !s.wait().Exited() {
		return 0, false
	}
	return s.wait().ExitStatus(), true
}

// Signaled reports whether a signal ended the process, which one, and whether it left a core dump.
func (s ExitStatus) Signaled() (sig syscall.Signal, core, ok bool) {
	if s == Lost || !s.wait().Signaled() {
		return 0, false, false
	}
	return s.wait().Signal(), s.wait().CoreDump(), true
}

// String is for people: "exit 3", "SIGKILL", "SIGSEGV (core dumped)", "exit status lost".
func (s ExitStatus) String() string {
	if code, ok := s.Exited(); ok {
		return fmt.Sprintf("exit %d", code)
	}
	sig, core, ok := s.Signaled()
	switch {
	case s == Lost:
		return "exit status lost"
	case !ok:
		return fmt.Sprintf("wait status %#x", uint32(s))
	case core:
		return signalName(sig) + " (core dumped)"
	}
	return signalName(sig)
}

func signalName(sig syscall.Signal) string {
	if name := unix.SignalName(sig); name != "" {
		return name
	}
	return fmt.Sprintf("signal %d", int(sig))
}

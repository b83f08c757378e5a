package testhost

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// denyCapabilities has the kernel answer EPERM to what needs a capability in a user namespace that is new: all that
// makes other namespaces, mounts, or maps ids. Ids are mapped by writing a file, which no filter can tell from any
// other: that much differs from the real host.
var denyCapabilities = func() []unix.SockFilter {
	const others = unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWNET
	return []unix.SockFilter{
		load(number),
		equal(unix.SYS_MOUNT, 4, 0),
		equal(unix.SYS_UNSHARE, 0, 2),
		load(argument),
		anyOf(others, 1, 0),
		answer(unix.SECCOMP_RET_ALLOW),
		answer(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)),
	}
}()

// denyUserNamespaces has the kernel answer EPERM to who makes a user namespace.
var denyUserNamespaces = []unix.SockFilter{
	load(number),
	equal(unix.SYS_UNSHARE, 1, 0),
	equal(unix.SYS_CLONE, 0, 2),
	load(argument),
	anyOf(unix.CLONE_NEWUSER, 1, 0),
	answer(unix.SECCOMP_RET_ALLOW),
	answer(unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)),
}

// denyLandlock has the kernel answer as one without landlock(7).
var denyLandlock = []unix.SockFilter{
	load(number),
	equal(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 1),
	answer(unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)),
	answer(unix.SECCOMP_RET_ALLOW),
}

// denyFilters has the kernel answer as one without CONFIG_SECCOMP, but for /proc, where the filter is seen.
var denyFilters = []unix.SockFilter{
	load(number),
	equal(unix.SYS_SECCOMP, 5, 0),
	equal(unix.SYS_PRCTL, 0, 2),
	load(argument),
	equal(unix.PR_SET_SECCOMP, 1, 0),
	answer(unix.SECCOMP_RET_ALLOW),
	answer(unix.SECCOMP_RET_ERRNO | uint32(unix.EINVAL)),
	answer(unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)),
}

// Offsets in struct seccomp_data (seccomp(2)): of the number of the system call, and of the lower half of its first
// argument, little endian.
const (
	number   = 0
	argument = 16
)

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func equal(k uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: k, Jt: yes, Jf: no}
}

func anyOf(bits uint32, yes, no uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K, K: bits, Jt: yes, Jf: no}
}

func answer(k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k} }

func setFilter(filter []unix.SockFilter) error {
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	// All threads: it is not told which of them will call execve.
	if _, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program))); errno != 0 {
		return fmt.Errorf("set filter: %w", errno)
	}
	runtime.KeepAlive(filter)
	return nil
}

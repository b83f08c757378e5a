package testhost

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"unitd/internal/testuser"
)

func TestMain(m *testing.M) {
	Enter()
	if os.Args[0] == "look" {
		look(os.Args[1])
		return
	}
	os.Exit(testuser.Main(m))
}

// look ends with status 0 where the kernel answers as on the host that is simulated.
func look(h string) {
	ok := false
	switch Host(h) {
	case HiddenProc:
		_, err := os.Stat("/proc/self")
		ok = err == nil && unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) == nil
		child := exec.Command("/bin/sh", "-c", "test ! -e /proc/$PPID")
		ok = ok && child.Run() == nil
	case NoUserNamespaces:
		ok = errors.Is(start(unix.CLONE_NEWUSER), unix.ENOSPC)
	case ReadOnlyMount:
		ok = errors.Is(os.WriteFile("/mnt/x", nil, 0o600), unix.EROFS) && start(unix.CLONE_NEWUSER) == nil
	case Restricted:
		ok = errors.Is(start(unix.CLONE_NEWUSER), unix.EPERM) && errors.Is(unix.Unshare(unix.CLONE_NEWUSER), unix.EPERM)
	case NoLandlock:
		_, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
		ok = errno == unix.ENOSYS
	case NoFilters:
		_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_GET_ACTION_AVAIL, 0, 0)
		ok = errno == unix.ENOSYS && errors.Is(unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, 0, 0, 0), unix.EINVAL) &&
			unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0) == nil
	case NoCron:
		name, err := os.ReadFile("/proc/1/comm")
		ok = err == nil && string(name) == "init\n" && os.Getpid() == 1
	case FewNamespaces:
		content, err := os.ReadFile("/proc/sys/user/max_user_namespaces")
		ok = err == nil && string(content) == "3\n" && start(unix.CLONE_NEWUSER) == nil
	case OneAddress:
		ok = bind([4]byte{127, 0, 0, 1}) == nil && errors.Is(bind([4]byte{127, 0, 0, 2}), unix.EADDRNOTAVAIL)
	case NoCapabilities:
		ok = start(unix.CLONE_NEWUSER) == nil && errors.Is(unix.Unshare(unix.CLONE_NEWNS), unix.EPERM) &&
			errors.Is(unix.Mount("none", "/proc", "proc", 0, ""), unix.EPERM)
	}
	if !ok {
		syscall.Exit(1)
	}
	syscall.Exit(0)
}

func bind(address [4]byte) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	return unix.Bind(fd, &unix.SockaddrInet4{Addr: address})
}

func start(flags uintptr) error {
	cmd := exec.Command("/bin/true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
	return cmd.Run()
}

func TestHosts(t *testing.T) {
	for _, host := range []Host{HiddenProc, NoUserNamespaces, FewNamespaces, NoCapabilities, ReadOnlyMount, Restricted, OneAddress, NoLandlock, NoFilters, NoCron} {
		if message, err := host.Command(t, "look", string(host)).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", host, err, message)
		}
	}
}

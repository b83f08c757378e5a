package testhost

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// Host is a host that is simulated.
type Host string

// The hosts.
const (
	// HiddenProc mounts /proc with the option hidepid=2 (proc(5)), as many providers do.
	HiddenProc Host = "hidden-proc"
	// NoUserNamespaces has user.max_user_namespaces = 0 (namespaces(7)).
	NoUserNamespaces Host = "no-user-namespaces"
	// FewNamespaces allows three user namespaces at a time.
	FewNamespaces Host = "few-namespaces"
	// NoCapabilities lets an ordinary user make a user namespace and denies its capabilities, as the AppArmor
	// profile unprivileged_userns of Ubuntu 24.04 does.
	NoCapabilities Host = "no-capabilities"
	// OneAddress has 127.0.0.1 on loopback and no other address of 127/8, as sandboxes do that pretend to be a Linux
	// host; nothing beyond it can be reached.
	OneAddress Host = "one-address"
	// ReadOnlyMount has a file system mounted read-only at /mnt, which nobody below may change.
	ReadOnlyMount Host = "read-only-mount"
	// NoLandlock has a kernel without landlock(7), NoFilters one without seccomp(2). Neither needs a user namespace.
	NoLandlock Host = "no-landlock"
	NoFilters  Host = "no-filters"
	// NoCron has an init system and no cron: of processes it has but its own.
	NoCron Host = "no-cron"
	// OwnRun has a /run of its own with nothing in it, where who is below may make what a host has there.
	OwnRun Host = "own-run"
	// Restricted lets an ordinary user make no user namespace, as Debian's sysctl kernel.unprivileged_userns_clone = 0
	// does.
	Restricted Host = "restricted"
)

const programName = "testhost"

// filters are what makes a host by a filter of system calls alone, so that files there belong to whom they do.
var filters = map[Host][]unix.SockFilter{Restricted: denyUserNamespaces, NoLandlock: denyLandlock, NoFilters: denyFilters}

// Command runs this test binary with these arguments, argv[0] included, on such a host. It is pid 1 of a pid namespace
// there, but for those made by filters, so nothing that it starts outlives it. A test is skipped where this host allows no user namespaces.
func (h Host) Command(tb testing.TB, argv ...string) *exec.Cmd {
	tb.Helper()
	id := []syscall.SysProcIDMap{{ContainerID: os.Getuid(), HostID: os.Getuid(), Size: 1}}
	group := []syscall.SysProcIDMap{{ContainerID: os.Getgid(), HostID: os.Getgid(), Size: 1}}
	flags, capabilities := uintptr(unix.CLONE_NEWUSER|unix.CLONE_NEWPID|unix.CLONE_NEWNS), []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_SYS_RESOURCE}
	if h == OneAddress {
		flags, capabilities = flags|unix.CLONE_NEWNET, append(capabilities, unix.CAP_NET_ADMIN)
	}
	command := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(tb.Context(), "/proc/self/exe")
		cmd.Args = append([]string{programName}, args...)
		if filters[h] != nil {
			return cmd
		}
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  flags,
			UidMappings: id, GidMappings: group,
			AmbientCaps: capabilities,
		}
		return cmd
	}
	if message, err := command(string(h)).CombinedOutput(); err != nil {
		tb.Skipf("this host cannot simulate another: %v: %s", err, message)
	}
	return command(append([]string{string(h)}, argv...)...)
}

// Enter becomes the program of a Command where this process was started by one, and returns otherwise.
func Enter() {
	if os.Args[0] != programName {
		return
	}
	if err := enter(Host(os.Args[1]), os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "simulate a host:", err)
		syscall.Exit(1)
	}
	syscall.Exit(0)
}

func enter(h Host, argv []string) error {
	if err := h.set(); err != nil {
		return fmt.Errorf("%s: %w", h, err)
	}
	if len(argv) == 0 {
		return nil
	}
	if filters[h] != nil {
		return syscall.Exec("/proc/self/exe", argv, os.Environ())
	}
	if err := unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0); err != nil {
		return fmt.Errorf("drop capabilities: %w", err)
	}
	program := "/proc/self/exe"
	if h == NoCron {
		program = initProgram
	}
	return syscall.Exec(program, argv, os.Environ())
}

// initProgram is where a process has its name from that stands for an init system.
const initProgram = "/mnt/init"

func (h Host) set() error {
	if filter := filters[h]; filter != nil {
		return setFilter(filter)
	}
	option := ""
	if h == HiddenProc {
		option = "hidepid=2"
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, option); err != nil {
		return fmt.Errorf("mount /proc: %w", err)
	}
	switch h {
	case HiddenProc:
		return nil
	case NoCron:
		return errors.Join(unix.Mount("none", "/mnt", "tmpfs", 0, ""), os.Symlink("/proc/self/exe", initProgram))
	case NoUserNamespaces:
		return os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("0"), 0)
	case FewNamespaces:
		return os.WriteFile("/proc/sys/user/max_user_namespaces", []byte("3"), 0)
	case ReadOnlyMount:
		return unix.Mount("none", "/mnt", "tmpfs", unix.MS_RDONLY, "")
	case OwnRun:
		return unix.Mount("none", "/run", "tmpfs", 0, "mode=1777")
	case NoCapabilities:
		return setFilter(denyCapabilities)
	case OneAddress:
		return oneAddress()
	}
	return errors.New("no such host")
}

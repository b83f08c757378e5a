package testuser

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// bootedVariable is set in the run of root that has mounts of its own.
const bootedVariable = "UNITD_TEST_BOOTED"

// systemdMark is the directory that shows that systemd is the system's init (sd_booted(3)): without it no `systemd --user`
// starts.
const systemdMark = "/run/systemd/system"

// MainAsBooted is MainInCgroup on a host that looks to the tests as if systemd had booted it, for a `systemd --user` of
// their own: root gives them a /run of their own where it did not.
func MainAsBooted(m *testing.M) int {
	if _, err := os.Stat(systemdMark); err == nil || os.Getuid() != 0 {
		return MainInCgroup(m)
	}
	if os.Getenv(bootedVariable) == "" {
		return withOwnMounts()
	}
	if err := errors.Join(
		unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""),
		unix.Mount("tmpfs", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755"),
		os.MkdirAll(systemdMark, 0o755),
	); err != nil {
		fmt.Fprintln(os.Stderr, "run tests with a /run that is the host's:", err)
	}
	return MainInCgroup(m)
}

// withOwnMounts runs this binary once more, where mounts are nobody else's.
func withOwnMounts() int {
	cmd := exec.Command("/proc/self/exe", os.Args[1:]...)
	cmd.Args[0] = filepath.Base(os.Args[0])
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), bootedVariable+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNS}
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "run tests with mounts of their own:", err)
		return 1
	}
	return 0
}

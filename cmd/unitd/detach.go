package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/dirs"
	"unitd/ipc/client"
	"unitd/runtime/journal"
	"unitd/runtime/state"
)

// detachTime is how long the manager in the background may take until its control socket answers. Loading
// unit files is all that it does before that.
const detachTime = 30 * time.Second

// detach starts the manager in a session of its own and returns once its control socket answers.
func detach(o options, d dirs.Dirs, stderr io.Writer) error {
	if err := state.Prepare("log directory", d.Log()); err != nil {
		return err
	}
	path := ownLog(d)
	log, err := journal.Open(path)
	if err != nil {
		return err
	}
	defer log.Close()
	logs := journal.NewLogs()
	from := logs.At(path).End(log)
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find the program to detach: %w", err)
	}
	manager := exec.Command(self, o.arguments(d)...)
	manager.Dir = "/"
	manager.Args[0] = os.Args[0]
	manager.Env = withoutParent(os.Environ())
	manager.Stdout, manager.Stderr = log, log
	manager.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := withholdFiles(); err != nil {
		return fmt.Errorf("detach: %w", err)
	}
	if err := manager.Start(); err != nil {
		return fmt.Errorf("detach: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- manager.Wait() }()
	return awaitAnswer(d, manager.Process.Pid, ended, func() {
		lines, err := logs.LastLines(path, from, 20)
		if err != nil {
			return
		}
		for _, line := range lines {
			fmt.Fprintln(stderr, line)
		}
	})
}

// withoutParent is the environment without what a service manager has said to a process that it has started. The manager
// in the background is not that one: it has a guard.
func withoutParent(env []string) []string {
	return slices.DeleteFunc(env, func(entry string) bool {
		return forOneProcess(entry) || strings.HasPrefix(entry, "NOTIFY_SOCKET=")
	})
}

// withholdFiles has the manager in the background inherit no other file than it is given: who waits for the end of a pipe,
// as ssh and $(…) do, is not to wait for that of the manager (daemon(7)).
func withholdFiles() error {
	err := unix.CloseRange(3, math.MaxUint32, unix.CLOSE_RANGE_CLOEXEC)
	if !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EINVAL) {
		return os.NewSyscallError("close_range", err)
	}
	files, err := os.ReadDir("/proc/self/fd") // before Linux 5.11
	for _, file := range files {
		if fd, err := strconv.Atoi(file.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return err
}

// awaitAnswer waits until the control socket answers or the manager has ended.
func awaitAnswer(d dirs.Dirs, self int, ended <-chan error, explain func()) error {
	ctx, cancel := context.WithTimeout(context.Background(), detachTime)
	defer cancel()
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	manager := client.New(d.ControlSocket())
	for {
		if status, err := manager.Status(ctx); err == nil {
			if status.LoadError != "" {
				explain()
			}
			return nil
		}
		select {
		case err := <-ended:
			if pid, running := state.Holder(d.Runtime, d.State); running && pid != self {
				return &state.RunningError{PID: pid} // it was faster
			}
			explain()
			if err == nil {
				err = errors.New("it ended at once")
			}
			return fmt.Errorf("detach: the manager did not start: %w; see %s", err, ownLog(d))
		case <-ctx.Done():
			return fmt.Errorf("detach: the control socket does not answer after %v; see %s", detachTime, ownLog(d))
		case <-poll.C:
		}
	}
}

// ownLog is where the manager itself writes.
func ownLog(d dirs.Dirs) string { return filepath.Join(d.Log(), "unitd.log") }

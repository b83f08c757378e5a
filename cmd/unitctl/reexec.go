package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"unitd/ipc/client"
	"unitd/ipc/protocol"
)

// reexecTime is how long the manager may take to go on with another program, and versionTime a program to tell its version.
const (
	reexecTime  = 30 * time.Second
	versionTime = 5 * time.Second
)

func newManagerReexec(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "reexec", Short: "Execute the manager's program anew; units go on", Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reexec(cmd.Context(), protocol.ReexecRequest{})
		},
	}
}

func newDaemonReexec(c *console) *cobra.Command {
	cmd := newManagerReexec(c)
	cmd.Use, cmd.Short, cmd.GroupID = "daemon-reexec", "The same as manager reexec", self
	return cmd
}

func newManagerUpgrade(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "upgrade FILE", Short: "Replace the manager's program by another unitd", Args: takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file, err := filepath.Abs(args[0])
			if err != nil {
				return err
			}
			if err := isUnitd(cmd.Context(), file); err != nil {
				return failed("%v", err)
			}
			return c.reexec(cmd.Context(), protocol.ReexecRequest{Install: file})
		},
	}
}

// isUnitd says why a file is none that could be the manager's program, before the manager is asked.
func isUnitd(ctx context.Context, file string) error {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return fmt.Errorf("upgrade: %w", err)
	case !info.Mode().IsRegular() || info.Mode()&0o111 == 0:
		return fmt.Errorf("upgrade: %s is no executable file: give a unitd, and chmod +x it", file)
	}
	said, err := versionOf(ctx, file)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("upgrade: %s is no unitd: it does not say its version within %v", file, versionTime)
	case errors.Is(err, syscall.ENOEXEC):
		return fmt.Errorf("upgrade: %s cannot be executed here (exec format error): give a unitd for linux/%s, and all of it", file, runtime.GOARCH)
	case err != nil:
		return fmt.Errorf("upgrade: %s is no unitd: asked for its --version it ended with %w", file, err)
	case !strings.HasPrefix(said, "unitd "):
		return fmt.Errorf("upgrade: %s is no unitd: it calls itself %q", file, firstLine(said))
	}
	return nil
}

// versionOf asks a program for its version. Whatever that is, it has versionTime, with what it starts in its session, and
// little to say.
func versionOf(ctx context.Context, file string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, versionTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, file, "--version")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second // for who has its output beyond its end
	var said firstBytes
	cmd.Stdout = &said
	err := cmd.Run()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return string(said), err
}

// firstBytes keeps the begin of what is written.
type firstBytes []byte

func (b *firstBytes) Write(p []byte) (int, error) {
	const most = 256
	*b = append(*b, p[:min(len(p), most-len(*b))]...)
	return len(p), nil
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// reexec asks for another program, and waits until that answers.
func (c *console) reexec(ctx context.Context, request protocol.ReexecRequest) error {
	manager, err := c.manager()
	if err != nil {
		return err
	}
	before, err := manager.Status(ctx)
	if err != nil {
		return err
	}
	result, err := manager.Reexec(ctx, request)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, reexecTime, errTimeout)
	defer cancel()
	after, err := nextProgram(ctx, manager, before)
	kept := whereBefore(result)
	switch {
	case errors.Is(err, errTimeout):
		return failed("the manager does not answer %v after it was to execute %s: see its log; kill -9 %d has its guard start the program before%s", reexecTime, result.Program, before.PID, kept)
	case err != nil:
		return err
	case after.PID != before.PID:
		return failed("%s has died before it could take over, and the guard has started unitd %s again (pid %d): see its log%s", result.Program, after.Version, after.PID, kept)
	case after.ReexecError != "":
		return failed("unitd %s goes on: %s%s", after.Version, after.ReexecError, kept)
	}
	return c.print(result, fmt.Sprintf("unitd %s -> %s (pid %d%s)\n", result.From, after.Version, after.PID, kept))
}

// whereBefore says where the program is that was replaced: beside the other one, unless that has failed and was taken away.
func whereBefore(result protocol.ReexecResult) string {
	if result.Kept == "" {
		return ""
	}
	if _, err := os.Lstat(result.Kept); errors.Is(err, fs.ErrNotExist) {
		return fmt.Sprintf("; %s is the program before again", result.Program)
	}
	return "; the program before is " + result.Kept
}

// nextProgram waits for the status of a manager that is another one than before.
func nextProgram(ctx context.Context, manager *client.Client, before protocol.ManagerStatus) (protocol.ManagerStatus, error) {
	for ticks := time.NewTicker(pollManager); ; {
		after, err := manager.Status(ctx)
		if err == nil && (after.Reexecs != before.Reexecs || after.PID != before.PID) {
			ticks.Stop()
			return after, nil
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			ticks.Stop()
			return after, context.Cause(ctx)
		}
	}
}

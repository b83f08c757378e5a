package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
	ctx, cancel := context.WithTimeout(ctx, versionTime)
	defer cancel()
	said, err := exec.CommandContext(ctx, file, "--version").Output()
	if err != nil {
		return fmt.Errorf("upgrade: %s --version: %w", file, err)
	}
	if !strings.HasPrefix(string(said), "unitd ") {
		return fmt.Errorf("upgrade: %s is no unitd: it calls itself %q", file, firstLine(string(said)))
	}
	return nil
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
	kept := ""
	if result.Kept != "" {
		kept = "; the program before is " + result.Kept
	}
	switch {
	case errors.Is(err, errTimeout):
		return failed("the manager does not answer %v after it was to execute %s: see its log%s", reexecTime, result.Program, kept)
	case err != nil:
		return err
	case after.PID != before.PID:
		return failed("%s has died before it could take over, and the guard has started unitd %s again (pid %d): see its log%s", result.Program, after.Version, after.PID, kept)
	case after.ReexecError != "":
		return failed("unitd %s goes on: %s%s", after.Version, after.ReexecError, kept)
	}
	return c.print(result, fmt.Sprintf("unitd %s -> %s (pid %d%s)\n", result.From, after.Version, after.PID, kept))
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

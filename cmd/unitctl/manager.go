package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/internal/procfs"
	"unitd/ipc/client"
	"unitd/ipc/protocol"
)

func newManager(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use: "manager", Short: "Look at the manager itself, renew it, or end it", GroupID: self, Args: takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			return usage("manager needs a verb: status, reexec, upgrade or shutdown")
		},
	}
	cmd.AddCommand(newManagerStatus(c), newManagerReexec(c), newManagerUpgrade(c), newManagerShutdown(c))
	return cmd
}

func newManagerStatus(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Show the manager's pid, directories and figures", Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			boot := c.bootWords(cmd.Context())
			status, err := manager.Status(cmd.Context())
			if err != nil {
				return err
			}
			return c.print(status, screen.Manager(status, c.broughtBackBy(boot(), status), c.style()))
		},
	}
}

func newManagerShutdown(c *console) *cobra.Command {
	var w waiting
	cmd := &cobra.Command{
		Use: "shutdown", Short: "Stop all units, then the manager; --ensure starts none again", Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			status, err := manager.Status(cmd.Context())
			if err == nil {
				err = manager.Shutdown(cmd.Context())
			}
			if err != nil || w.no {
				return err
			}
			ctx := cmd.Context()
			if w.timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeoutCause(ctx, w.timeout, errTimeout)
				defer cancel()
			}
			if err := gone(ctx, manager, status); errors.Is(err, errTimeout) {
				return failed("the manager (pid %d) did not end in %v and goes on stopping", status.PID, w.timeout)
			} else if err != nil {
				return err
			}
			return nil
		},
	}
	w.register(cmd)
	return cmd
}

// pollManager is how often a manager that ends is looked for: it can tell nobody any more.
const pollManager = 20 * time.Millisecond

// gone waits until nobody answers at the socket and the process is no more, so that a new manager can
// start at once. Where a question at the socket has another one started, none is asked.
func gone(ctx context.Context, manager *client.Client, was protocol.ManagerStatus) error {
	for ticks := time.NewTicker(pollManager); ; {
		silent := was.SocketGiven
		if !silent {
			_, err := manager.Status(ctx)
			var nobody *client.NoManagerError
			silent = errors.As(err, &nobody)
		}
		if silent && !alive(was.PID) {
			ticks.Stop()
			return nil
		}
		select {
		case <-ticks.C:
		case <-ctx.Done():
			ticks.Stop()
			return context.Cause(ctx)
		}
	}
}

// alive tells whether a process still runs: one that has ended may wait long for its parent to notice.
func alive(pid int) bool {
	p, err := procfs.Stat(pid)
	return err == nil && p.Alive()
}

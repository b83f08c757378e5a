package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/client"
	"unitd/ipc/protocol"
)

// waitable are the states that --for takes: every value of active and of sub (docs/behaviour.md, "States").
var waitable = []string{
	protocol.Inactive, protocol.Activating, protocol.Active, protocol.Reloading, protocol.Deactivating, protocol.Failed,
	"dead", "waiting", "delay", "pre-start", "start", "auto-restart", "running", "exited", "degraded", "stop", "kill",
	"exit", "signal", "core", "oom", "watchdog", "hang", "health", "timeout", "start-limit", "dependency", "abandoned",
}

// errReached ends a watch that saw what it waited for.
var errReached = errors.New("reached")

func newWait(c *console) *cobra.Command {
	var wanted string
	var timeout time.Duration
	cmd := &cobra.Command{
		Use: "wait UNIT --for STATE", Short: "Wait until a unit is in a state", GroupID: look,
		Args: takes(1, 1), ValidArgsFunction: c.completeOneUnit,
		RunE: func(cmd *cobra.Command, args []string) error {
			if !slices.Contains(waitable, wanted) {
				return usage("--for %s: no unit is ever in that state; one of %s", wanted, strings.Join(waitable, ", "))
			}
			ctx := cmd.Context()
			if timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeoutCause(ctx, timeout, errTimeout)
				defer cancel()
			}
			return c.wait(ctx, args[0], wanted, timeout)
		},
	}
	cmd.Flags().StringVar(&wanted, "for", protocol.Active, "a `STATE` of active or of sub")
	cmd.Flags().DurationVar(&timeout, "timeout", 0, "wait at most this long, then exit 1")
	if err := cmd.RegisterFlagCompletionFunc("for", cobra.FixedCompletions(waitable, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is registered above
	}
	return cmd
}

func (c *console) wait(ctx context.Context, name, wanted string, timeout time.Duration) error {
	manager, err := c.manager()
	if err != nil {
		return err
	}
	var last []state
	err = manager.WatchUnits(ctx, []string{name}, func(list []protocol.UnitStatus) error {
		last = statesOf(name, list)
		for _, s := range last {
			if s.active != wanted && s.sub != wanted {
				return nil
			}
		}
		return errReached
	})
	switch {
	case errors.Is(err, errReached):
		return nil
	case errors.Is(err, errTimeout) && len(last) > 0:
		return failed("%s is %s and was not %s within %v", name, screen.State(last[0].active, last[0].sub), wanted, timeout)
	case errors.Is(err, client.ErrStreamEnded):
		return failed("the manager ended before %s was %s", name, wanted)
	}
	return err
}

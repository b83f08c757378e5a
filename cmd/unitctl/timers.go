package main

import (
	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
)

func newTimers(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "timers [JOB…]", Short: "Show when jobs run next, and how they went last", GroupID: look,
		ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			list, err := manager.Timers(cmd.Context(), names)
			if err != nil {
				return err
			}
			return c.print(list, screen.Timers(list, c.style()))
		},
	}
}

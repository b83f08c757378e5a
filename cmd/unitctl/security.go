package main

import (
	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
)

func newSecurity(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "security [UNIT…]", Short: "Score how much units could harm if they were broken into", GroupID: look,
		ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			list, err := manager.Security(cmd.Context(), names)
			if err != nil {
				return err
			}
			if len(names) == 0 {
				return c.print(list, screen.Exposures(list, c.style()))
			}
			return c.print(list, screen.Security(list, c.style()))
		},
	}
}

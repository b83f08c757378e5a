package main

import "github.com/spf13/cobra"

func newResetFailed(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "reset-failed [UNIT…]", Short: "Forget the failures of units (none named: of all)", GroupID: act,
		ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			return manager.ResetFailed(cmd.Context(), names)
		},
	}
}

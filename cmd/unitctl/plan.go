package main

import (
	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
)

// Exit statuses of `plan --detailed-exitcode`, as terraform has them.
const exitChanges = 2

func newPlan(c *console) *cobra.Command {
	var detailed bool
	cmd := &cobra.Command{
		Use: "plan", Short: "Show what apply would do, and why", GroupID: files,
		Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			plan, err := manager.Plan(cmd.Context())
			if err != nil {
				return err
			}
			if err := c.print(plan, screen.Plan(plan, c.style())+screen.PlanSummary(plan)+"\n"); err != nil {
				return err
			}
			if detailed && len(plan.Changes) > 0 {
				return silent(exitChanges)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&detailed, "detailed-exitcode", false, "exit 0: nothing to do, 2: changes, 1: an error")
	return cmd
}

package main

import (
	"github.com/spf13/cobra"

	"unitd/ipc/protocol"
)

func newMaintenance(c *console) *cobra.Command {
	var w waiting
	cmd := &cobra.Command{
		Use: "maintenance on|off POOL", Short: "Have unitd answer a pool's clients; its workers stay ready", GroupID: act,
		Args: takes(2, 2), ValidArgsFunction: c.completeMaintenance,
		RunE: func(cmd *cobra.Command, args []string) error {
			on := args[0] == "on"
			if !on && args[0] != "off" {
				return usage("maintenance %s: on or off, and then a pool", args[0])
			}
			manager, err := c.manager()
			if err != nil {
				return err
			}
			job, err := manager.Maintenance(cmd.Context(), args[1], protocol.MaintenanceRequest{On: &on})
			if err != nil {
				return err
			}
			return c.follow(cmd.Context(), manager, job, w)
		},
	}
	w.register(cmd)
	return cmd
}

// completeMaintenance offers on and off, then the names of units.
func (c *console) completeMaintenance(cmd *cobra.Command, args []string, begin string) ([]string, cobra.ShellCompDirective) {
	switch len(args) {
	case 0:
		return []string{"on", "off"}, cobra.ShellCompDirectiveNoFileComp
	case 1:
		return c.completeUnits(cmd, nil, begin)
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

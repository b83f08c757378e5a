package main

import (
	"github.com/spf13/cobra"

	"unitd/ipc/protocol"
)

func newEnable(c *console) *cobra.Command {
	return newEnabling(c, true, "Let units start at boot, until the file changes it")
}

func newDisable(c *console) *cobra.Command {
	return newEnabling(c, false, "Keep units from starting at boot, until the file changes it")
}

func newEnabling(c *console, enabled bool, short string) *cobra.Command {
	verb, also := "disable", "stop"
	if enabled {
		verb, also = "enable", "start"
	}
	var now bool
	var w waiting
	cmd := &cobra.Command{
		Use: verb + " UNIT…", Short: short, GroupID: act,
		Args: takes(1, unlimited), ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			result, err := manager.SetEnabled(cmd.Context(), protocol.EnableRequest{Units: names, Enabled: enabled, Now: now})
			switch {
			case err != nil:
				return err
			case result.Job != nil:
				w.answer = func(job *protocol.JobStatus) any {
					result.Job = job
					return result
				}
				return c.follow(cmd.Context(), manager, *result.Job, w)
			case c.json:
				return c.printJSON(result)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&now, "now", false, also+" them too")
	w.register(cmd)
	return cmd
}

package main

import (
	"strings"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
)

func newAlert(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use: "alert", Short: "Try whether alerts reach those who are to be told", GroupID: act, Args: takes(0, 0),
		RunE: func(*cobra.Command, []string) error { return usage("alert needs a verb: test UNIT [NAME]") },
	}
	cmd.AddCommand(newAlertTest(c))
	return cmd
}

func newAlertTest(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "test UNIT [NAME]", Short: "Send a sample by the alerts of a unit, or by the one named", Args: takes(1, 2),
		ValidArgsFunction: c.completeOneUnit,
		RunE: func(cmd *cobra.Command, args []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			request := protocol.AlertTestRequest{Alert: strings.Join(args[1:], "")}
			list, err := manager.TestAlerts(cmd.Context(), args[0], request)
			if err != nil {
				return err
			}
			if err := c.print(list, screen.AlertTests(list, c.style())); err != nil {
				return err
			}
			for _, test := range list {
				if !test.OK {
					return silent(exitFailed)
				}
			}
			return nil
		},
	}
}

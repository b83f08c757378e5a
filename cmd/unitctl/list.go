package main

import (
	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
)

func newList(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "list [UNIT…]", Short: "List units, one line each", GroupID: look,
		ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			list, err := c.units(cmd.Context(), names)
			if err != nil {
				return err
			}
			if c.json {
				return c.printUnits(list)
			}
			return c.print(nil, screen.List(list, c.style()))
		},
	}
}

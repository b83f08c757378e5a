package main

import (
	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
)

func newDeps(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "deps [UNIT…]", Short: "Draw what units start after and what depends on them", GroupID: look,
		ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			graph, err := manager.Dependencies(cmd.Context(), names)
			if err != nil {
				return err
			}
			return c.print(graph, screen.Dependencies(graph, c.style()))
		},
	}
}

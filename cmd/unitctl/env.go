package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"unitd/ipc/protocol"
)

func newEnv(c *console) *cobra.Command {
	var reveal bool
	cmd := &cobra.Command{
		Use: "env UNIT", Short: "Print the environment that a process of a unit starts with", GroupID: look,
		Args: takes(1, 1), ValidArgsFunction: c.completeOneUnit,
		RunE: func(cmd *cobra.Command, args []string) error {
			environment, err := c.environment(cmd.Context(), args[0], reveal)
			if err != nil {
				return err
			}
			var text strings.Builder
			for _, v := range environment.Variables {
				fmt.Fprintf(&text, "%s=%s\n", v.Name, v.Value)
			}
			return c.print(environment, text.String())
		},
	}
	cmd.Flags().BoolVar(&reveal, "reveal", false, "print sensitive values too")
	return cmd
}

func (c *console) environment(ctx context.Context, name string, reveal bool) (protocol.Environment, error) {
	manager, err := c.manager()
	if err != nil {
		return protocol.Environment{}, err
	}
	if reveal {
		return manager.Environment(ctx, protocol.EnvironmentQuery{Name: name})
	}
	return manager.MaskedEnvironment(ctx, name)
}

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
)

func newShow(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "show UNIT", Short: "Show the attributes of a unit as they are in force", GroupID: look,
		Args: takes(1, 1), ValidArgsFunction: c.completeOneUnit,
		RunE: func(cmd *cobra.Command, args []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			document, err := manager.Show(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var text strings.Builder
			fmt.Fprintf(&text, "# %s\n", document.ID)
			for _, a := range document.Attributes {
				fmt.Fprintf(&text, "%s = %s", a.Name, a.Value)
				if a.Note != "" {
					text.WriteString("  # not given: " + a.Note)
				}
				text.WriteString("\n")
			}
			text.WriteString(screen.Alerts(document.Alerts, c.style()))
			return c.print(document, text.String())
		},
	}
}

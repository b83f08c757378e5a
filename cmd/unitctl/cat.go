package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

func newCat(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "cat UNIT", Short: "Print the block of a unit as it was loaded, and its place", GroupID: look,
		Args: takes(1, 1), ValidArgsFunction: c.completeOneUnit,
		RunE: func(cmd *cobra.Command, args []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			document, err := manager.Cat(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			var text strings.Builder
			for i, b := range document.Blocks {
				if i > 0 {
					fmt.Fprintln(&text)
				}
				fmt.Fprintf(&text, "# %s:%d\n", c.style().Path(b.File), b.Line)
				if b.Changed {
					fmt.Fprintln(&text, "# the file has changed since this was loaded: unitctl plan")
				}
				fmt.Fprintln(&text, strings.TrimRight(b.Text, "\n"))
			}
			return c.print(document, text.String())
		},
	}
}

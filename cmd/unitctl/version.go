package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"unitd/internal/version"
)

func newVersion(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version of unitctl", GroupID: self, Args: takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			document := struct {
				Version string `json:"version"`
			}{version.Version}
			return c.print(document, fmt.Sprintf("unitctl %s\n", version.Version))
		},
	}
}

package main

import (
	"github.com/spf13/cobra"

	"unitd/ipc/protocol"
)

func newStop(c *console) *cobra.Command {
	return newJobVerb(c, protocol.Stop, "Stop units and what requires them; they stay stopped")
}

package main

import (
	"github.com/spf13/cobra"

	"unitd/ipc/protocol"
)

func newStart(c *console) *cobra.Command {
	return newJobVerb(c, protocol.Start, "Start units and what they require; wait until they are ready")
}

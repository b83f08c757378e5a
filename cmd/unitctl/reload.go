package main

import (
	"github.com/spf13/cobra"

	"unitd/ipc/protocol"
)

func newReload(c *console) *cobra.Command {
	return newJobVerb(c, protocol.Reload, "Reload units; a pool goes on serving meanwhile")
}

func newReloadOrRestart(c *console) *cobra.Command {
	return newJobVerb(c, protocol.ReloadOrRestart, "Reload units that can, restart the others")
}

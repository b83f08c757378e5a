package main

import (
	"strings"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
)

func newRestart(c *console) *cobra.Command {
	return newJobVerb(c, protocol.Restart, "Stop units and start them again")
}

func newTryRestart(c *console) *cobra.Command {
	return newJobVerb(c, protocol.TryRestart, "Restart those of the units that run")
}

// mentionReload tells who restarts a pool how to keep it serving.
func (c *console) mentionReload(job protocol.JobStatus) {
	if job.Verb != protocol.Restart {
		return
	}
	for _, id := range job.Targets {
		if strings.HasPrefix(id, "pool.") && !strings.Contains(id, "/") {
			c.note("note: a restart stops all workers of %s at once; unitctl reload %s replaces them while it serves", id, screen.ShortName(id))
		}
	}
}

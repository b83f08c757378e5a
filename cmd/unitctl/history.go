package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
)

func newHistory(c *console) *cobra.Command {
	var from string
	var most int
	cmd := &cobra.Command{
		Use: "history UNIT", Short: "Tell the runs of a unit: how long, and how they ended", GroupID: look,
		Args: takes(1, 1), ValidArgsFunction: c.completeOneUnit,
		RunE: func(cmd *cobra.Command, names []string) error {
			if strings.ContainsAny(names[0], "*?") {
				return usage("history %s: name one unit; events %s tells of several", names[0], names[0])
			}
			query := protocol.EventQuery{Units: names, Last: protocol.MaxEvents}
			if most < 0 {
				return usage("--lines %d: from 0", most)
			}
			if from != "" {
				var err error
				if query.Since, err = since("since", from, c.now()); err != nil {
					return err
				}
			}
			return c.history(cmd.Context(), query, most)
		},
	}
	cmd.Flags().IntVarP(&most, "lines", "n", 20, "how many `runs`, the latest ones")
	cmd.Flags().StringVar(&from, "since", "", "begin at that `time`: 10m, 14:00, \"2026-05-01 14:00\"")
	return cmd
}

func (c *console) history(ctx context.Context, query protocol.EventQuery, most int) error {
	manager, err := c.manager()
	if err != nil {
		return err
	}
	var events []protocol.Event
	err = manager.Events(ctx, query, func(event protocol.Event) error {
		events = append(events, event)
		return nil
	})
	if err != nil {
		return err
	}
	if len(events) > 0 && strings.HasPrefix(events[0].Unit, "pipeline.") {
		return c.pipelineHistory(ctx, events[0].Unit, query.Since, most)
	}
	runs := screen.Runs(events)
	runs = runs[max(len(runs)-most, 0):]
	if c.json && runs == nil {
		runs = []*screen.Run{}
	}
	return c.print(runs, screen.History(runs, c.style()))
}

// pipelineHistory tells the runs of a pipeline, which remembers them itself.
func (c *console) pipelineHistory(ctx context.Context, id string, since time.Time, most int) error {
	manager, err := c.manager()
	if err != nil {
		return err
	}
	runs, err := manager.Runs(ctx, protocol.RunQuery{Pipelines: []string{id}, Last: min(most, protocol.MaxRuns)})
	if err != nil {
		return err
	}
	slices.Reverse(runs)
	runs = slices.DeleteFunc(runs, func(r protocol.PipelineRun) bool { return r.StartedAt.Before(since) })
	return c.print(runs, screen.PipelineHistory(runs, c.style()))
}

package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
)

func newEvents(c *console) *cobra.Command {
	var query protocol.EventQuery
	var from string
	cmd := &cobra.Command{
		Use: "events [UNIT…]", Short: "Print what happened to units and why (none named: all)", GroupID: look,
		ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			if query.Last < 0 || query.Last > protocol.MaxEvents {
				return usage("--lines %d: from 0 to %d", query.Last, protocol.MaxEvents)
			}
			if from != "" {
				var err error
				if query.Since, err = since("since", from, c.now()); err != nil {
					return err
				}
				if !cmd.Flags().Changed("lines") {
					query.Last = protocol.MaxEvents
				}
			}
			query.Units = names
			return c.events(cmd.Context(), query)
		},
	}
	cmd.Flags().BoolVarP(&query.Follow, "follow", "f", false, "go on printing what happens")
	cmd.Flags().IntVarP(&query.Last, "lines", "n", 20, "how many `events` to begin with")
	cmd.Flags().StringVar(&from, "since", "", "begin at that `time`: 10m, 14:00, \"2026-05-01 14:00\"")
	return cmd
}

func (c *console) events(ctx context.Context, query protocol.EventQuery) error {
	manager, err := c.manager()
	if err != nil {
		return err
	}
	err = manager.Events(ctx, query, func(event protocol.Event) error {
		if c.json {
			return c.printLine(event)
		}
		_, err := fmt.Fprintln(c.out, screen.Event(event, c.style()))
		return err
	})
	if query.Follow && errors.Is(err, context.Canceled) {
		return nil // the usual way to end it
	}
	return err
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
)

func newLogs(c *console) *cobra.Command {
	var query protocol.LogQuery
	cmd := &cobra.Command{
		Use: "logs [UNIT…]", Short: "Print what units wrote last (none named: all units)", GroupID: look,
		ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			if query.Lines < 0 || query.Lines > protocol.MaxLogLines {
				return usage("--lines %d: from 0 to %d", query.Lines, protocol.MaxLogLines)
			}
			query.Units = names
			return c.logs(cmd.Context(), query)
		},
	}
	cmd.Flags().BoolVarP(&query.Follow, "follow", "f", false, "go on printing what is written")
	cmd.Flags().IntVarP(&query.Lines, "lines", "n", 10, "how many `lines` to begin with")
	return cmd
}

func (c *console) logs(ctx context.Context, query protocol.LogQuery) error {
	manager, err := c.manager()
	if err != nil {
		return err
	}
	// A unit that is named alone needs no name before each line.
	prefix := len(query.Units) != 1 || strings.ContainsAny(query.Units[0], "*?")
	style := c.style()
	err = manager.Logs(ctx, query, func(line protocol.LogLine) error {
		if c.json {
			return json.NewEncoder(c.out).Encode(line)
		}
		if c.outTerminal {
			line.Text = screen.ForTerminal(line.Text, style.Colour)
		}
		_, err := fmt.Fprintln(c.out, screen.LogLine(line, prefix, style))
		return err
	})
	if query.Follow && errors.Is(err, context.Canceled) {
		return nil // the usual way to end it
	}
	return err
}

package main

import (
	"context"
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

// needsName tells whether a line must say who wrote it: not where one unit or one worker was named.
func needsName(names []string, line protocol.LogLine) bool {
	if len(names) != 1 || strings.ContainsAny(names[0], "*?") {
		return true
	}
	return line.Worker > 0 && !strings.Contains(names[0], "/")
}

func (c *console) logs(ctx context.Context, query protocol.LogQuery) error {
	manager, err := c.manager()
	if err != nil {
		return err
	}
	style := c.style()
	err = manager.Logs(ctx, query, func(line protocol.LogLine) error {
		if c.json {
			return c.printLine(line)
		}
		if c.outTerminal {
			line.Text = screen.ForTerminal(line.Text, style.Colour)
		}
		_, err := fmt.Fprintln(c.out, screen.LogLine(line, needsName(query.Units, line), style))
		return err
	})
	if query.Follow && errors.Is(err, context.Canceled) {
		return nil // the usual way to end it
	}
	return err
}

package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
)

func newLogs(c *console) *cobra.Command {
	var query protocol.LogQuery
	var from, to string
	cmd := &cobra.Command{
		Use: "logs [UNIT…]", Short: "Print what units wrote last (none named: all units)", GroupID: look,
		ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			if query.Lines < 0 || query.Lines > protocol.MaxLogLines {
				return usage("--lines %d: from 0 to %d; --since TIME prints all from then on", query.Lines, protocol.MaxLogLines)
			}
			if err := c.bounds(&query, from, to); err != nil {
				return err
			}
			if from != "" && !cmd.Flags().Changed("lines") {
				query.Lines = protocol.AllLines
			}
			query.Units = names
			return c.logs(cmd.Context(), query)
		},
	}
	cmd.Flags().BoolVarP(&query.Follow, "follow", "f", false, "go on printing what is written")
	cmd.Flags().IntVarP(&query.Lines, "lines", "n", 10, "how many `lines` to begin with")
	cmd.Flags().StringVar(&from, "since", "", "begin at that `time`: 10m, 14:00, \"2026-05-01 14:00\"")
	cmd.Flags().StringVar(&to, "until", "", "end at that `time`")
	cmd.Flags().StringVar(&query.Grep, "grep", "", "only lines that match this `RE2` expression")
	return cmd
}

// bounds reads the options that say which lines are wanted.
func (c *console) bounds(query *protocol.LogQuery, from, to string) (err error) {
	if from != "" {
		if query.Since, err = since("since", from, c.now()); err != nil {
			return err
		}
	}
	if to != "" {
		if query.Until, err = since("until", to, c.now()); err != nil {
			return err
		}
	}
	if !query.Since.IsZero() && !query.Until.IsZero() && query.Until.Before(query.Since) {
		return usage("--until %s is before --since %s", to, from)
	}
	if _, err := regexp.Compile(query.Grep); err != nil {
		return usage("--grep %s: %v", query.Grep, err)
	}
	return nil
}

// needsName tells whether a line must say who wrote it: not where one unit or one worker was named.
func needsName(names []string, line protocol.LogLine) bool {
	if len(names) != 1 || strings.ContainsAny(names[0], "*?") {
		return true
	}
	return line.Worker > 0 && !strings.Contains(names[0], "/")
}

func (c *console) logs(ctx context.Context, query protocol.LogQuery) (failure error) {
	manager, err := c.manager()
	if err != nil {
		return err
	}
	style := c.style()
	if !query.Follow && !c.outTerminal {
		out := bufio.NewWriter(c.out)
		defer func() { failure = cmp.Or(failure, out.Flush()) }()
		c.out = out
	}
	_, err = manager.Logs(ctx, query, func(line protocol.LogLine) error {
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
	return c.orKept(err)
}

// orKept adds to the answer that there is no such unit where a log of that name is: what a unit that is gone has left, or
// that of unitd itself.
func (c *console) orKept(err error) error {
	var problem *protocol.Problem
	if !errors.As(err, &problem) || problem.Type != protocol.TypeNoSuchUnit || !plainName().MatchString(problem.Name) {
		return err
	}
	d, unknown := c.dirs()
	if unknown != nil {
		return err
	}
	for _, pattern := range []string{problem.Name + ".log", "*." + problem.Name + ".log", "*." + problem.Name + "@*.log", problem.Name + "@*.log"} {
		if kept, _ := filepath.Glob(filepath.Join(d.Log(), pattern)); len(kept) > 0 { // the pattern is a good one
			return &exitError{status: exitNoSuchUnit, message: fmt.Sprintf("%v; a log of that name is kept: %s", problem, strings.Join(kept, " "))}
		}
	}
	return err
}

// plainName matches names of units, with their kind or a key.
var plainName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`) })

package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
)

// completeTimeout is how long a person who pressed Tab is kept waiting.
const completeTimeout = 500 * time.Millisecond

// completeUnits offers the names of units: the short one where it is enough, and the id.
func (c *console) completeUnits(cmd *cobra.Command, _ []string, begin string) ([]string, cobra.ShellCompDirective) {
	return offerNames(c.unitsNow(cmd.Context()), begin), cobra.ShellCompDirectiveNoFileComp
}

// offerNames lists the names that begin so.
func offerNames(list []protocol.UnitStatus, begin string) []string {
	short := map[string]int{}
	for _, u := range list {
		short[screen.ShortName(u.ID)]++
	}
	var names []cobra.Completion
	offer := func(name, description string) {
		if len(name) >= len(begin) && name[:len(begin)] == begin {
			names = append(names, cobra.CompletionWithDesc(name, description))
		}
	}
	for _, u := range list {
		if name := screen.ShortName(u.ID); short[name] == 1 {
			offer(name, u.Description)
		}
		offer(u.ID, u.Description)
	}
	return names
}

// completeOneUnit is completeUnits for verbs that take one.
func (c *console) completeOneUnit(cmd *cobra.Command, args []string, begin string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return c.completeUnits(cmd, args, begin)
}

// unitsNow lists the units, or nothing: a completion has nobody to complain to.
func (c *console) unitsNow(ctx context.Context) []protocol.UnitStatus {
	manager, err := c.manager()
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, completeTimeout)
	defer cancel()
	list, err := manager.Units(ctx, nil)
	if err != nil {
		return nil
	}
	return list
}

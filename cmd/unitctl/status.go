package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
)

func newStatus(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "status [UNIT…]", Short: "Show the state of units; exit 3 if one named is not active", GroupID: look,
		ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			boot := func() string { return "" }
			if c.outTerminal && len(names) == 0 && !c.json { // scripts have no use for what costs another program's start
				boot = c.bootWords(cmd.Context())
			}
			list, err := c.units(cmd.Context(), names)
			if err != nil {
				return err
			}
			if err := c.printStatus(cmd.Context(), names, list, boot); err != nil {
				return err
			}
			states, err := c.states(cmd.Context(), names)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(states, func(s state) bool { return !s.isActive() }) {
				return silent(exitNotActive)
			}
			return nil
		},
	}
}

func (c *console) printStatus(ctx context.Context, names []string, list []protocol.UnitStatus, boot func() string) error {
	switch {
	case c.json:
		return c.printUnits(list)
	case len(names) > 0:
		return c.print(nil, screen.Units(list, c.style()))
	}
	manager, err := c.manager()
	if err != nil {
		return err
	}
	status, err := manager.Status(ctx)
	if err != nil {
		return err
	}
	return c.print(nil, screen.Status(list, status, c.broughtBackBy(boot(), status), c.style()))
}

// units asks for the states of units.
func (c *console) units(ctx context.Context, names []string) ([]protocol.UnitStatus, error) {
	manager, err := c.manager()
	if err != nil {
		return nil, err
	}
	return manager.Units(ctx, names)
}

// printUnits prints the array that `status --json` promises.
func (c *console) printUnits(list []protocol.UnitStatus) error {
	promised := make([]protocol.UnitStatus, len(list))
	for i, u := range list {
		promised[i] = u.Contract()
	}
	return c.printJSON(promised)
}

// state is active and sub of a unit or of a worker.
type state struct{ active, sub string }

// isActive tells whether a unit does what it is for.
func (s state) isActive() bool { return s.active == protocol.Active || s.active == protocol.Reloading }

// states asks for the state of each unit, and of each worker, that is named.
func (c *console) states(ctx context.Context, names []string) ([]state, error) {
	var found []state
	for _, name := range names {
		list, err := c.units(ctx, []string{name})
		if err != nil {
			return nil, err
		}
		found = append(found, statesOf(name, list)...)
	}
	return found, nil
}

// statesOf takes out of the answer for one name what was asked about. A worker's name is answered by its
// pool with that worker alone.
func statesOf(name string, list []protocol.UnitStatus) []state {
	var found []state
	for _, u := range list {
		if !strings.Contains(name, "/") {
			found = append(found, state{u.Active, u.Sub})
			continue
		}
		for _, w := range u.Workers {
			found = append(found, state{w.Active, w.Sub})
		}
	}
	return found
}

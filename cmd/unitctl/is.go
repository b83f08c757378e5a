package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"unitd/ipc/protocol"
)

func newIsActive(c *console) *cobra.Command {
	return newStateTest(c, "is-active", "Exit 0 if all the units are active or reloading, else 3", func(states []state) int {
		if slices.ContainsFunc(states, func(s state) bool { return !s.isActive() }) {
			return exitNotActive
		}
		return exitDone
	})
}

func newIsFailed(c *console) *cobra.Command {
	return newStateTest(c, "is-failed", "Exit 0 if one of the units has failed, else 1", func(states []state) int {
		if slices.ContainsFunc(states, func(s state) bool { return s.active == protocol.Failed }) {
			return exitDone
		}
		return exitFailed
	})
}

// newStateTest makes a verb that prints the state of each unit and answers with its exit status.
func newStateTest(c *console, verb, short string, decide func([]state) int) *cobra.Command {
	var quiet bool
	cmd := &cobra.Command{
		Use: verb + " UNIT…", Short: short, GroupID: look,
		Args: takes(1, unlimited), ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			states, err := c.states(cmd.Context(), names)
			if err != nil {
				return err
			}
			words := make([]string, len(states))
			for i, s := range states {
				words[i] = s.active
			}
			if err := c.printWords(words, quiet); err != nil {
				return err
			}
			return silent(decide(states))
		},
	}
	quietly(cmd, &quiet)
	return cmd
}

func newIsEnabled(c *console) *cobra.Command {
	var quiet bool
	cmd := &cobra.Command{
		Use: "is-enabled UNIT…", Short: "Exit 0 if all the units start at boot, else 1", GroupID: look,
		Args: takes(1, unlimited), ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			list, err := c.units(cmd.Context(), names)
			if err != nil {
				return err
			}
			var words []string
			status := exitDone
			for _, u := range list {
				word := "enabled"
				if !u.Enabled {
					word, status = "disabled", exitFailed
				}
				words = append(words, word)
			}
			if err := c.printWords(words, quiet); err != nil {
				return err
			}
			return silent(status)
		},
	}
	quietly(cmd, &quiet)
	return cmd
}

// quietly lets a verb answer by its exit status alone.
func quietly(cmd *cobra.Command, quiet *bool) {
	cmd.Flags().BoolVarP(quiet, "quiet", "q", false, "print nothing; the exit status says it")
}

// printWords prints one word a line, as systemctl does, unless it is to be quiet.
func (c *console) printWords(words []string, quiet bool) error {
	if quiet {
		return nil
	}
	return c.print(words, fmt.Sprintln(strings.Join(words, "\n")))
}

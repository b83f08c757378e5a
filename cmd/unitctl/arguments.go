package main

import (
	"strings"

	"github.com/spf13/cobra"
)

// unlimited is how many arguments a verb takes that takes any number.
const unlimited = -1

// takes accepts from least to most arguments, and says otherwise how the verb is written.
func takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		verb := strings.TrimPrefix(cmd.CommandPath(), cmd.Root().Name()+" ")
		switch {
		case len(args) < least:
			return usage("%s: an argument is missing; write: %s", verb, cmd.UseLine())
		case most != unlimited && len(args) > most:
			return usage("%s: %q is one argument too many; write: %s", verb, args[most], cmd.UseLine())
		}
		return nil
	}
}

// flagError leaves out of what is wrong with a flag which function of Go found it.
func flagError(_ *cobra.Command, err error) error {
	message, _, _ := strings.Cut(err.Error(), ": strconv.")
	message, _, cut := strings.Cut(message, ": time: ")
	if cut {
		message += ": write 30s, 5m or 1h30m"
	}
	return usage("%s", message)
}

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// writeUsage says how a verb is written, in the words of unitctl. (cobra's templates would do, and with them the
// linker keeps two megabytes.)
func writeUsage(verb *cobra.Command) error {
	var b strings.Builder
	fmt.Fprintf(&b, "Usage:\n  %s\n", verb.UseLine())
	groups := verb.Groups()
	if len(groups) == 0 {
		groups = []*cobra.Group{{Title: "Verbs:"}}
	}
	for _, group := range groups {
		if !verb.HasAvailableSubCommands() {
			break
		}
		fmt.Fprintf(&b, "\n%s\n", group.Title)
		for _, sub := range verb.Commands() {
			if sub.GroupID == group.ID && (sub.IsAvailableCommand() || sub.Name() == "help") {
				fmt.Fprintf(&b, "  %-*s %s\n", sub.NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	for _, list := range []struct {
		title string
		flags *pflag.FlagSet
	}{{"Flags:", verb.LocalFlags()}, {"Flags of all verbs:", verb.InheritedFlags()}} {
		if list.flags.HasAvailableFlags() {
			fmt.Fprintf(&b, "\n%s\n%s", list.title, list.flags.FlagUsages())
		}
	}
	if verb.HasAvailableSubCommands() {
		fmt.Fprintf(&b, "\n%s VERB --help says more of a verb.\n", verb.CommandPath())
	}
	_, err := io.WriteString(verb.OutOrStdout(), b.String())
	return err
}

// describeOwnVerbs gives cobra's own verbs the words of the others, and leaves out what Linux has no use for.
func describeOwnVerbs(root *cobra.Command) {
	for _, verb := range root.Commands() {
		switch verb.Name() {
		case "help":
			verb.Use, verb.Short, verb.Long = "help [VERB]", "Say how a verb is written", ""
			verb.Run, verb.RunE = nil, func(_ *cobra.Command, words []string) error {
				if err := unknownVerb(root, words); err != nil {
					return err
				}
				described, _, err := root.Find(words)
				if err != nil {
					return err
				}
				return described.Help()
			}
		case "completion":
			verb.Use, verb.Long = "completion SHELL", ""
			verb.Short = "Print the script that lets a shell complete verbs and units"
			verb.RunE = func(*cobra.Command, []string) error {
				return usage("completion needs the name of a shell: bash, fish or zsh")
			}
			for _, shell := range verb.Commands() {
				describeShell(verb, shell)
			}
		}
	}
}

// describeShell says where a shell looks for its script, or takes the shell away.
func describeShell(completion, shell *cobra.Command) {
	name, load := shell.Name(), ""
	switch name {
	case "bash":
		load = "source <(unitctl completion bash)"
	case "zsh":
		load = "unitctl completion zsh >\"${fpath[1]}/_unitctl\""
	case "fish":
		load = "unitctl completion fish >~/.config/fish/completions/unitctl.fish"
	default:
		completion.RemoveCommand(shell)
	}
	shell.Short = "Print the script for " + name
	shell.Long = shell.Short + "; to use it:\n\n  " + load
}

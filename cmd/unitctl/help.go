package main

import (
	"github.com/spf13/cobra"
)

// usageTemplate is cobra's own in the words of unitctl, and without what is the same for every verb.
const usageTemplate = `Usage:
  {{.UseLine}}{{if .HasExample}}

Examples:
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}{{$verbs := .Commands}}{{if eq (len .Groups) 0}}

Verbs:{{range $verbs}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{else}}{{range $group := .Groups}}

{{.Title}}{{range $verbs}}{{if (and (eq .GroupID $group.ID) (or .IsAvailableCommand (eq .Name "help")))}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

Flags:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

Flags of all verbs:
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

{{.CommandPath}} VERB --help says more of a verb.{{end}}
`

// describeOwnVerbs gives cobra's own verbs the words of the others, and leaves out what Linux has no use for.
func describeOwnVerbs(root *cobra.Command) {
	for _, verb := range root.Commands() {
		switch verb.Name() {
		case "help":
			verb.Use, verb.Short, verb.Long = "help [VERB]", "Say how a verb is written", ""
		case "completion":
			verb.Use, verb.Long = "completion SHELL", ""
			verb.Short = "Print the script that lets a shell complete verbs and units"
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

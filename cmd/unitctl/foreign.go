package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// foreign says what the verbs of other managers are called here.
var foreign = map[string]string{
	// supervisorctl
	"tail": "unitctl logs [-f] UNIT", "maintail": "unitctl manager status", "update": "unitctl apply",
	"reread": "unitctl plan", "avail": "unitctl list", "add": "unitctl apply", "remove": "unitctl apply",
	"signal": "unitctl kill -s SIGNAL UNIT", "pid": "unitctl status UNIT", "clear": "unitctl logs UNIT",
	"shutdown": "unitctl manager shutdown", "fg": "unitctl logs -f UNIT",
	// pm2
	"ls": "unitctl list", "l": "unitctl list", "monit": "unitctl status", "describe": "unitctl show UNIT",
	"desc": "unitctl show UNIT", "info": "unitctl show UNIT", "save": "unitctl enable UNIT, or enabled = true in the unit file",
	"dump": "unitctl enable UNIT, or enabled = true in the unit file", "startup": "unitctl boot enable",
	"resurrect": "unitd --ensure --detach", "delete": "unitctl apply, after the unit is removed from its file",
	"del": "unitctl apply, after the unit is removed from its file", "flush": "unitctl logs UNIT", "reset": "unitctl reset-failed UNIT",
	"startOrReload": "unitctl reload-or-restart UNIT", "unstartup": "unitctl boot disable", "jlist": "unitctl status --json", "prettylist": "unitctl status --json",
	"ping": "unitctl manager status", "gracefulReload": "unitctl reload UNIT", "sendSignal": "unitctl kill -s SIGNAL UNIT",
	"reloadLogs": "unitctl logs UNIT",
	// docker compose
	"up": "unitctl start UNIT, or unitctl apply after a change", "down": "unitctl stop UNIT, or unitctl manager shutdown for all",
	"ps": "unitctl status", "top": "unitctl status", "exec": "unitctl run --as UNIT -- CMD", "config": "unitctl verify",
	"rm": "unitctl apply, after the unit is removed from its file", "pause": "unitctl kill -s SIGSTOP UNIT",
	"unpause": "unitctl kill -s SIGCONT UNIT", "port": "unitctl status UNIT", "create": "unitctl apply",
	"attach": "unitctl logs -f UNIT", "stats": "unitctl status",
	// systemctl
	"list-timers": "unitctl timers", "list-units": "unitctl list", "list-unit-files": "unitctl list", "list-dependencies": "unitctl deps UNIT",
	"condrestart": "unitctl try-restart UNIT", "force-reload": "unitctl reload-or-restart UNIT",
	"reload-or-try-restart": "unitctl reload-or-restart UNIT", "mask": "unitctl disable UNIT", "unmask": "unitctl enable UNIT",
	"reenable": "unitctl enable UNIT", "edit": "an editor, then unitctl plan and unitctl apply", "log": "unitctl logs UNIT",
	"show-environment": "unitctl env UNIT", "is-system-running": "unitctl manager status", "poweroff": "unitctl manager shutdown",
	"list-jobs": "unitctl status", "list-sockets": "unitctl status", "condstop": "unitctl stop UNIT", "condreload": "unitctl reload UNIT",
	"try-reload-or-restart": "unitctl reload-or-restart UNIT", "set-property": "an editor, then unitctl plan and unitctl apply",
	"journal": "unitctl logs UNIT", "journalctl": "unitctl logs UNIT",
	// circus, pebble
	"incr": "unitctl scale POOL +1", "decr": "unitctl scale POOL -1", "replan": "unitctl apply", "services": "unitctl list",
	"validate": "unitctl verify", "check": "unitctl verify", "format": "unitctl fmt", "diff": "unitctl plan",
}

// unknownVerb explains a first word that is no verb of ours, or returns nil.
func unknownVerb(root *cobra.Command, args []string) error {
	command, word := root, ""
	for _, word = range words(root, args) {
		next := child(command, word)
		if next == nil {
			break
		}
		command = next
	}
	if !command.HasAvailableSubCommands() || word == "" || child(command, word) != nil || command.Name() == word {
		return nil
	}
	if strings.HasPrefix(word, cobra.ShellCompRequestCmd) {
		return nil
	}
	full := strings.TrimSpace(strings.TrimPrefix(command.CommandPath(), root.Name()) + " " + word)
	if ours, ok := foreign[full]; ok {
		return usage("%q is no verb of unitctl: use %s", full, ours)
	}
	message := fmt.Sprintf("%q is no verb of unitctl (unitctl --help lists them)", full)
	if near := command.SuggestionsFor(word); len(near) > 0 {
		message += ": did you mean " + strings.Join(near, ", ") + "?"
	}
	return usage("%s", message)
}

// child finds the subcommand that word names.
func child(command *cobra.Command, word string) *cobra.Command {
	for _, c := range command.Commands() {
		if c.Name() == word || c.HasAlias(word) {
			return c
		}
	}
	if command.Parent() == nil && word == "help" {
		return command
	}
	return nil
}

// words are the first two arguments that are neither flags of root nor their values.
func words(root *cobra.Command, args []string) []string {
	var found []string
	for i := 0; i < len(args) && len(found) < 2; i++ {
		name, isFlag := strings.CutPrefix(args[i], "--")
		switch {
		case args[i] == "--":
			return found
		case isFlag:
			if flag := root.PersistentFlags().Lookup(name); flag != nil && flag.NoOptDefVal == "" {
				i++
			}
		case !strings.HasPrefix(args[i], "-"):
			found = append(found, args[i])
		}
	}
	return found
}

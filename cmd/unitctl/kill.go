package main

import (
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"unitd/ipc/protocol"
)

func newKill(c *console) *cobra.Command {
	var name string
	request := protocol.KillRequest{}
	cmd := &cobra.Command{
		Use: "kill [-s SIGNAL] UNIT…", Short: "Send a signal to the processes of units", GroupID: act,
		Args: takes(1, unlimited), ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			request.Units = names
			if request.Signal = signalName(name); request.Signal == "" {
				return usage("--signal %s: no such signal", name)
			}
			if request.Whom != protocol.KillMain && request.Whom != protocol.KillAll {
				return usage("--whom %s: main or all", request.Whom)
			}
			manager, err := c.manager()
			if err != nil {
				return err
			}
			return manager.Kill(cmd.Context(), request)
		},
	}
	cmd.Flags().StringVarP(&name, "signal", "s", "SIGTERM", "`signal`: HUP, SIGHUP or 1")
	cmd.Flags().StringVar(&request.Whom, "whom", protocol.KillAll, "`WHOM`: all processes, or the main one")
	return cmd
}

// signalName spells a signal as signal(7) does: HUP, sighup and 1 are SIGHUP. It is "" for what is none.
func signalName(text string) string {
	if number, err := strconv.Atoi(text); err == nil {
		return unix.SignalName(syscall.Signal(number))
	}
	name := strings.ToUpper(text)
	if !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	if unix.SignalNum(name) == 0 {
		return ""
	}
	return name
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"unitd/ipc/client"
	"unitd/ipc/protocol"
	runtimestate "unitd/runtime/state"
)

// Exit statuses: a contract with scripts (docs/behaviour.md, "unitctl").
const (
	exitDone         = 0
	exitFailed       = 1
	exitUsage        = 2
	exitNotActive    = 3
	exitNoSuchUnit   = 4
	exitNoManager    = 5
	exitNotPermitted = 6
	exitInterrupted  = 130 // 128 + SIGINT, as shells have it
)

// exitError ends unitctl with a status. Message is printed unless it is empty.
type exitError struct {
	status  int
	message string
}

func (e *exitError) Error() string { return e.message }

// silent ends unitctl with a status that says everything.
func silent(status int) error { return &exitError{status: status} }

func usage(format string, args ...any) error {
	return &exitError{status: exitUsage, message: fmt.Sprintf(format, args...)}
}

func failed(format string, args ...any) error {
	return &exitError{status: exitFailed, message: fmt.Sprintf(format, args...)}
}

// report prints what is wrong and returns the exit status that says it.
func (c *console) report(err error) int {
	var ending *exitError
	var problem *protocol.Problem
	var nobody *client.NoManagerError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &ending):
		if ending.message != "" {
			c.note("unitctl: %s", strings.TrimRight(ending.message, "\n"))
		}
		return ending.status
	case errors.As(err, &problem):
		c.note("unitctl: %v", problem)
		if problem.Diagnostics != "" {
			c.note("\n%s", strings.TrimRight(problem.Diagnostics, "\n"))
		}
		return problemStatus(problem)
	case errors.As(err, &nobody):
		c.note("unitctl: %v", nobody)
		c.note("%s", c.remedy(nobody))
		return exitNoManager
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case !c.ran:
		c.note("unitctl: %v", err)
		return exitUsage
	}
	c.note("unitctl: %v", err)
	return exitFailed
}

func problemStatus(p *protocol.Problem) int {
	switch p.Type {
	case protocol.TypeNoSuchUnit:
		return exitNoSuchUnit
	case protocol.TypeAmbiguous, protocol.TypeBadRequest:
		return exitUsage
	case protocol.TypeNotPermitted:
		return exitNotPermitted
	}
	return exitFailed
}

// remedy is what to do where no manager answers.
func (c *console) remedy(nobody *client.NoManagerError) string {
	if d, err := c.dirs(); err == nil && nobody.Socket == d.ControlSocket() {
		if pid, running := runtimestate.Holder(d.Runtime, d.State); running && pid > 0 && errors.Is(nobody, fs.ErrNotExist) {
			return fmt.Sprintf("unitd runs (pid %d), and somebody has removed its socket; it puts that back in a moment, or says in its log why it cannot", pid)
		}
	}
	return "start one with: " + c.startCommand()
}

// startCommand is how to start a manager that this unitctl would find.
func (c *console) startCommand() string {
	command := []string{"unitd", "--detach"}
	if d, err := c.dirs(); err == nil {
		command = append(command, d.Arguments()...)
	}
	for i, word := range command {
		if strings.ContainsAny(word, " \t\n'\"\\$`&|;<>()*?[]#~") {
			command[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(command, " ")
}

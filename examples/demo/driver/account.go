package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"unitd/internal/ordinary"
)

// runAsOrdinaryUser hands home to an ordinary account and runs this program once more as that account.
func runAsOrdinaryUser(home string) (status int, err error) {
	account, err := ordinary.Find()
	if err != nil {
		return 1, err
	}
	if err := account.Give(home); err != nil {
		return 1, err
	}
	// Ctrl-C reaches both; the one that runs the demo answers it.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT, syscall.SIGTERM)
	// The program may lie in a directory that only root may search; its inode may be executed.
	cmd := exec.Command("/proc/self/exe", append([]string{"--home", home}, os.Args[1:]...)...)
	cmd.Dir = home
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "USER="+account.Name, "LOGNAME="+account.Name)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account.Credential}
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

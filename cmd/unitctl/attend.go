package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"unitd/ipc/protocol"
	"unitd/runtime/credential"
)

// attend runs a command with secrets that are there as long as it runs. It shares terminal and process group with
// unitctl, so that keys reach it and job control acts on both; what else unitctl is told to end by is passed on.
func attend(path string, argv, env []string, runtime string, secrets []protocol.SecretFile) error {
	files := make([]credential.File, len(secrets))
	for i, secret := range secrets {
		files[i] = credential.File(secret)
	}
	// Caught before there is anything to take away.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGQUIT, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)
	store := credential.NewStore(runtime)
	if err := store.Take(credential.ForCommand(), files); err != nil {
		return failed("%v", err)
	}
	err := waitFor(&exec.Cmd{Path: path, Args: argv, Env: env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}, signals)
	if left := store.Release(credential.ForCommand()); left != nil {
		return failed("%v", left)
	}
	if ended := (*exec.ExitError)(nil); errors.As(err, &ended) {
		return &exitError{status: statusOf(ended)}
	}
	return commandError(argv[0], err)
}

func waitFor(cmd *exec.Cmd, signals <-chan os.Signal) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case err := <-ended:
			return err
		case s := <-signals:
			if s == syscall.SIGTERM || s == syscall.SIGHUP { // the others are keys, which reach the command by themselves
				_ = cmd.Process.Signal(s) // it may have ended
			}
		}
	}
}

// statusOf is an exit status as a shell has it: 128 and the number of a signal.
func statusOf(ended *exec.ExitError) int {
	const bySignal = 128
	if status, ok := ended.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return bySignal + int(status.Signal())
	}
	return ended.ExitCode()
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"unitd/ipc/protocol"
	"unitd/runtime/credential"
)

// What a shell says of a command that it cannot run (POSIX, "Exit Status for Commands").
const (
	exitNotExecutable = 126
	exitNotFound      = 127
)

func newRun(c *console) *cobra.Command {
	var as string
	cmd := &cobra.Command{
		Use: "run [--as UNIT] -- COMMAND…", Short: "Run a command in the environment and directory of a unit", GroupID: act,
		Long: `Run a command on this terminal, in the environment, directory and umask that a
process of the unit would start with, secrets included. Without --as these are
what every unit starts from. unitctl ends with the command's exit status. The
command is yours and no process of the unit: it is neither contained, limited
nor stopped with it, and sees what you see. To see what a running unit sees
where it has namespaces: nsenter --preserve-credentials -U -m -p -i -u -t PID.
Secrets of the unit are in $CREDENTIALS_DIRECTORY until the command ends.`,
		Args: takes(1, unlimited),
		RunE: func(cmd *cobra.Command, args []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			d, err := c.dirs()
			if err != nil {
				return err
			}
			query := protocol.EnvironmentQuery{Name: as, Credentials: filepath.Join(d.Runtime, credential.Directory, credential.ForCommand())}
			environment, err := manager.Environment(cmd.Context(), query)
			if err != nil {
				return err
			}
			return c.become(environment, d.Runtime, args)
		},
	}
	// Flags after the command belong to it.
	cmd.Flags().SetInterspersed(false)
	cmd.Flags().StringVar(&as, "as", "", "`unit` whose environment to take")
	if err := cmd.RegisterFlagCompletionFunc("as", func(cmd *cobra.Command, _ []string, begin string) ([]string, cobra.ShellCompDirective) {
		return c.completeUnits(cmd, nil, begin)
	}); err != nil {
		panic(err) // the flag is registered above
	}
	return cmd
}

// become replaces unitctl by the command, or waits for it where there are secrets to take away afterwards.
func (c *console) become(environment protocol.Environment, runtime string, argv []string) error {
	env := make([]string, len(environment.Variables))
	search := ""
	for i, v := range environment.Variables {
		env[i] = v.Name + "=" + v.Value
		if v.Name == "PATH" {
			search = v.Value
		}
	}
	if err := os.Chdir(environment.Directory); err != nil {
		return failed("enter the unit's directory: %v", err)
	}
	path, err := find(argv[0], search)
	if err != nil {
		return commandError(argv[0], err)
	}
	if umask, err := strconv.ParseUint(environment.Umask, 8, 12); err == nil {
		syscall.Umask(int(umask))
	}
	if len(environment.Secrets) > 0 {
		return attend(path, argv, env, runtime, environment.Secrets)
	}
	return commandError(argv[0], c.exec(path, argv, env))
}

var errNotFound = errors.New("not found")

// find looks a command up in the unit's PATH, as execvp(3) does.
func find(name, search string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	err := fmt.Errorf("%w in PATH %s", errNotFound, search)
	for _, dir := range filepath.SplitList(search) {
		path := filepath.Join(dir, name)
		found, statErr := os.Stat(path)
		switch {
		case statErr != nil || found.IsDir():
		case found.Mode()&0o111 != 0:
			return path, nil
		default:
			err = fmt.Errorf("execute %s: %w", path, fs.ErrPermission)
		}
	}
	return "", err
}

func commandError(name string, err error) error {
	if err == nil {
		return nil
	}
	status := exitNotExecutable
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotFound) {
		status = exitNotFound
	}
	return &exitError{status: status, message: fmt.Sprintf("run %s: %v", name, err)}
}

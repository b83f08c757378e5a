package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// accountName is the account that root runs the demo as, the same as `make test` uses.
const accountName = "unitd-test"

// runAsOrdinaryUser hands home to an ordinary account and runs this program once more as that account:
// the product refuses to run as root.
func runAsOrdinaryUser(home string) (status int, err error) {
	account, err := ordinaryAccount()
	if err != nil {
		return 1, err
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return 1, fmt.Errorf("read the uid of %s: %w", account.Username, err)
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	if err != nil {
		return 1, fmt.Errorf("read the gid of %s: %w", account.Username, err)
	}
	err = filepath.WalkDir(home, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(uid), int(gid))
	})
	if err != nil {
		return 1, fmt.Errorf("give the home directory to %s: %w", account.Username, err)
	}

	// Ctrl-C reaches both; the one that runs the demo answers it.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGINT, syscall.SIGTERM)
	// The program may lie in a directory that only root may search; its inode may be executed.
	cmd := exec.Command("/proc/self/exe", append([]string{"--home", home}, os.Args[1:]...)...)
	cmd.Dir = home
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.Env = append(os.Environ(), "USER="+account.Username, "LOGNAME="+account.Username)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

func ordinaryAccount() (*user.User, error) {
	if account, err := user.Lookup(accountName); err == nil {
		return account, nil
	}
	create := exec.Command("useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", accountName)
	if err := create.Run(); err == nil {
		if account, err := user.Lookup(accountName); err == nil {
			return account, nil
		}
	}
	return user.Lookup("nobody")
}

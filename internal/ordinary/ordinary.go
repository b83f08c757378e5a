// Package ordinary finds the ordinary account in whose name root runs demonstrations and measurements:
// the product refuses to run as root.
package ordinary

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// name is the account that `make test` creates as well.
const name = "unitd-test"

// An Account is whom programs are started as.
type Account struct {
	Name string
	// Credential is for syscall.SysProcAttr; nil when this program is not run by root and so is ordinary.
	Credential *syscall.Credential
}

// Find returns the current user, or for root the account unitd-test, created where it is missing, or
// else nobody.
func Find() (Account, error) {
	if os.Getuid() != 0 {
		current, err := user.Current()
		if err != nil {
			return Account{}, fmt.Errorf("find the name of uid %d: %w", os.Getuid(), err)
		}
		return Account{Name: current.Username}, nil
	}
	found, err := user.Lookup(name)
	if err != nil {
		create := exec.Command("useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", name)
		if create.Run() == nil {
			found, err = user.Lookup(name)
		}
	}
	if err != nil {
		found, err = user.Lookup("nobody")
	}
	if err != nil {
		return Account{}, fmt.Errorf("find an ordinary account: %w", err)
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return Account{}, fmt.Errorf("read the uid of %s: %w", found.Username, err)
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		return Account{}, fmt.Errorf("read the gid of %s: %w", found.Username, err)
	}
	return Account{Name: found.Username, Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

// Give makes the account the owner of a directory and all that is in it.
func (a Account) Give(dir string) error {
	if a.Credential == nil {
		return nil
	}
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(a.Credential.Uid), int(a.Credential.Gid))
	})
	if err != nil {
		return fmt.Errorf("give %s to %s: %w", dir, a.Name, err)
	}
	return nil
}

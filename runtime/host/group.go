package host

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
)

// CheckGroup says why this account cannot give a file to a group: only a member can (chown(2)).
func (h *Host) CheckGroup(name string) error {
	gid, err := GroupID(name)
	if err != nil {
		return err
	}
	groups, err := os.Getgroups()
	if err != nil {
		return fmt.Errorf("find the groups of this account: %w", err)
	}
	if gid != os.Getegid() && !slices.Contains(groups, gid) {
		return fmt.Errorf("this account is no member of group %s; ask whoever runs the host to add it", name)
	}
	return nil
}

// GroupID finds the number of a group given by name or number; "" is the account's own.
func GroupID(name string) (int, error) {
	if name == "" {
		return os.Getegid(), nil
	}
	if gid, err := strconv.ParseUint(name, 10, 31); err == nil {
		return int(gid), nil
	}
	found, err := user.LookupGroup(name)
	if unknown := user.UnknownGroupError(""); errors.As(err, &unknown) {
		return 0, fmt.Errorf("there is no group %s on this host", name)
	}
	if err != nil {
		return 0, fmt.Errorf("find group %s: %w", name, err)
	}
	return strconv.Atoi(found.Gid)
}

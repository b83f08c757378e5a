package state

import (
	"bufio"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
)

// account is the user this process runs as.
type account struct {
	uid, gid uint32
	passwd   string // paths, which tests replace
	group    string
}

func newAccount() account {
	return account{uid: uint32(os.Getuid()), gid: uint32(os.Getgid()), passwd: "/etc/passwd", group: "/etc/group"}
}

// alone says whether the group is the account's own and has nobody else in it. Where every user has such
// a group, umask 002 is usual and makes ~/.local writable for it, which endangers nobody. A group that
// the files do not know may have other members.
func (a account) alone(gid uint32) bool {
	if gid != a.gid {
		return false
	}
	self := ""
	for fields := range records(a.passwd, 4) {
		switch {
		case fields[2] == strconv.Itoa(int(a.uid)):
			self = fields[0]
		case fields[3] == strconv.Itoa(int(gid)):
			return false // another account's primary group
		}
	}
	for fields := range records(a.group, 4) {
		if fields[2] == strconv.Itoa(int(gid)) {
			return self != "" && (fields[3] == "" || fields[3] == self)
		}
	}
	return false
}

// records yields the lines of a colon-separated database that have at least this many fields.
func records(path string, fields int) func(yield func([]string) bool) {
	return func(yield func([]string) bool) {
		file, err := os.Open(path)
		if err != nil {
			return
		}
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if record := strings.Split(lines.Text(), ":"); len(record) >= fields && !yield(record) {
				return
			}
		}
	}
}

func nameOf(uid uint32) string {
	if found, err := user.LookupId(strconv.Itoa(int(uid))); err == nil {
		return found.Username
	}
	return fmt.Sprintf("uid %d", uid)
}

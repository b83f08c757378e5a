package state

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// maxSymlinks is how many symlinks a path may lead through, as in the kernel.
const maxSymlinks = 40

// Prepare makes the directory at path, an absolute one, with mode 0700 where it does not exist, parents
// included, and refuses it when somebody else could write it, or could put another in its place: each
// directory on the way, through symlinks too, must belong to this account or to root, and be writable by
// no other (a parent with the sticky bit, as /tmp, may be). One that somebody has made for it, and that is
// empty, becomes 0700; one in which other things are too, as a home directory, keeps its mode.
// what names it in errors: "runtime directory".
func Prepare(what, path string) error {
	if !filepath.IsAbs(path) {
		return fmt.Errorf("prepare %s %s: the path is not absolute", what, path)
	}
	path = filepath.Clean(path)
	// Checked before anything is made, and again afterwards: what was made may have been changed on the way.
	switch err := check(what, path); {
	case err == nil:
		return narrow(what, path)
	case !errors.Is(err, fs.ErrNotExist):
		return err
	}
	switch err := os.MkdirAll(path, 0o700); {
	case NoRoom(err):
		return fmt.Errorf("prepare %s: %w: remove some files, or name a directory on another disk (--state-dir)", what, err)
	case err != nil:
		return fmt.Errorf("prepare %s: %w", what, err)
	}
	return check(what, path)
}

// narrow takes the rights of others from a directory that is empty.
func narrow(what, path string) error {
	stat, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("prepare %s: %w", what, err)
	}
	if stat.Mode().Perm()&0o077 == 0 {
		return nil
	}
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("prepare %s: %w", what, err)
	}
	defer dir.Close()
	if _, err := dir.Readdirnames(1); !errors.Is(err, io.EOF) {
		return nil
	}
	if err := dir.Chmod(0o700); err != nil {
		return fmt.Errorf("prepare %s: %w", what, err)
	}
	return nil
}

// Trusted checks a directory that has to exist as Prepare does: nobody else can write it, or put another in its place.
func Trusted(what, path string) error { return check(what, filepath.Clean(path)) }

// check walks from the root to path and looks at every directory and symlink on the way.
func check(what, path string) error {
	owner := newAccount()
	at, rest := "/", strings.Split(strings.Trim(path, "/"), "/")
	for links := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			at = filepath.Dir(at)
			continue
		}
		next := filepath.Join(at, name)
		stat, err := os.Lstat(next)
		if err != nil {
			return fmt.Errorf("prepare %s: %w", what, err)
		}
		problem := owner.distrust(next, stat, len(rest) == 0)
		if problem != "" {
			return fmt.Errorf("prepare %s %s: %s", what, path, problem)
		}
		if stat.Mode().Type() != fs.ModeSymlink {
			at = next
			continue
		}
		if links++; links > maxSymlinks {
			return fmt.Errorf("prepare %s %s: too many symlinks", what, path)
		}
		target, err := os.Readlink(next)
		if err != nil {
			return fmt.Errorf("prepare %s: %w", what, err)
		}
		if filepath.IsAbs(target) {
			at = "/"
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return nil
}

// distrust says what is wrong with a directory or symlink on the way, and the remedy; "" if nothing is.
// last: it is the directory itself, which not even the sticky bit may open to others.
func (a account) distrust(path string, stat fs.FileInfo, last bool) string {
	uid, gid := stat.Sys().(*syscall.Stat_t).Uid, stat.Sys().(*syscall.Stat_t).Gid
	mode := stat.Mode()
	switch {
	case uid != a.uid && (uid != 0 || last && mode.Type() != fs.ModeSymlink):
		return fmt.Sprintf("%s belongs to %s: choose a directory of your own", path, nameOf(uid))
	case mode.Type() == fs.ModeSymlink:
		return ""
	case !mode.IsDir():
		return path + " is not a directory: move it away"
	case last && mode&0o022 != 0:
		return fmt.Sprintf("its mode %#o lets others write it: chmod 700 %s", octal(mode), path)
	case mode&fs.ModeSticky != 0 || !a.othersWrite(mode, gid):
		return ""
	}
	return fmt.Sprintf("the mode %#o of its parent %s lets others put another in its place: chmod go-w %s", octal(mode), path, path)
}

// othersWrite says whether anybody but the account may write what has this mode and group.
func (a account) othersWrite(mode fs.FileMode, gid uint32) bool {
	if mode&0o002 != 0 {
		return true
	}
	return mode&0o020 != 0 && !a.alone(gid)
}

// octal is the mode as chmod(1) writes it.
func octal(mode fs.FileMode) uint32 {
	bits := uint32(mode.Perm())
	if mode&fs.ModeSticky != 0 {
		bits |= 0o1000
	}
	if mode&fs.ModeSetgid != 0 {
		bits |= 0o2000
	}
	if mode&fs.ModeSetuid != 0 {
		bits |= 0o4000
	}
	return bits
}

package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// What is in the directory of a pipeline.
const (
	mirror   = "repo"     // git's store
	releases = "releases" // one directory for each release
	shared   = "shared"   // what is linked into each
	current  = "current"  // the link to the one that is live
)

// The endings of what may be removed wherever it is found; both stand behind a name that begins with a dot.
const (
	partial = ".partial" // not complete yet
	gone    = ".gone"    // removed in part
)

// site is the directory of a pipeline, held open: no other can be put in its place meanwhile.
type site struct {
	directory string
	root      *os.Root
}

// open opens the directory of a pipeline.
func open(directory string) (*site, error) {
	root, err := os.OpenRoot(directory)
	if err != nil {
		return nil, err
	}
	return &site{directory, root}, nil
}

func (s *site) close() { _ = s.root.Close() }

// failed wraps what went wrong: errors name the directory, and what helps.
func (s *site) failed(doing string, err error) error { return failed(doing+" "+s.directory, err) }

func failed(doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENOSPC):
		return fmt.Errorf("%s: %w: remove something, or set keep lower", doing, err)
	case errors.Is(err, unix.EDQUOT):
		return fmt.Errorf("%s: %w: the quota of the account is used up: remove something, or set keep lower", doing, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// mkdir makes a directory below the site where there is none.
func (s *site) mkdir(name string, mode fs.FileMode) error {
	err := s.root.Mkdir(name, mode)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	stat, err := s.root.Stat(name)
	if err == nil && !stat.IsDir() {
		err = fmt.Errorf("%s is no directory: move it away", path.Join(s.directory, name))
	}
	return err
}

// target is the directory that `current` leads to; "": there is no `current`.
func (s *site) target() (string, error) {
	stat, err := s.root.Lstat(current)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if stat.Mode().Type() != fs.ModeSymlink {
		link := path.Join(s.directory, current)
		return "", fmt.Errorf("%s is no symbolic link, so no release can be put in its place: move it away (mv %s %s.old), "+
			"or set layout = \"in_place\" and directory to it", link, link, link)
	}
	to, err := s.root.Readlink(current)
	if err == nil && !filepath.IsAbs(to) {
		to = path.Join(s.directory, to)
	}
	return to, err
}

// sync makes names in a directory last beyond a crash of the host.
func (s *site) sync(name string) error {
	directory, err := s.root.Open(name)
	if err != nil {
		return err
	}
	defer directory.Close()
	if err := directory.Sync(); err != nil && !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOTSUP) { // not on each file system
		return err
	}
	return nil
}

// removeAll removes what is there, also directories that their owner may not write, as some tools leave them.
func removeAll(root *os.Root, name string) error {
	err := root.RemoveAll(name)
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	_ = fs.WalkDir(root.FS(), name, func(at string, entry fs.DirEntry, err error) error {
		if entry != nil && entry.IsDir() && err == nil {
			_ = root.Chmod(at, 0o700) // before it is read; what it could not do, the removal says
		}
		return nil
	})
	return root.RemoveAll(name)
}

// plain refuses what is no name of one release.
func plain(names ...string) error {
	for _, name := range names {
		if name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
			return fmt.Errorf("%q is no name of a release", name)
		}
	}
	return nil
}

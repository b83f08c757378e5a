package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"unitd/internal/bounded"
)

// marker is a file in a store that was made here; without it a directory of that name is somebody else's.
const marker = "unitd"

const marked = "This is where unitd keeps what its pipeline fetches. It takes away what it does not know here.\n"

// makeMirror makes the directory of the store, and refuses one that somebody else has made.
func (s *site) makeMirror() error {
	if err := s.mkdir(mirror, 0o700); err != nil {
		return err
	}
	if _, err := s.root.Lstat(path.Join(mirror, marker)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	entries, err := fs.ReadDir(s.root.FS(), mirror)
	if err != nil {
		return err
	}
	if at := path.Join(s.directory, mirror); len(entries) > 0 {
		return fmt.Errorf("%s is not unitd's, and that is where it would keep what it fetches: move it away, or take another directory", at)
	}
	return s.root.WriteFile(path.Join(mirror, marker), []byte(marked), 0o600)
}

// sweepMirror removes what a git that was killed, or had no room, has left in the store: locks, which would stop the next one, and
// packs that are not complete. The store belongs to the pipeline alone.
func (s *site) sweepMirror() error {
	if _, err := s.root.Lstat(path.Join(mirror, marker)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	store, err := s.root.OpenRoot(mirror)
	if err != nil {
		return err
	}
	defer func() { _ = store.Close() }()
	if err := sweepLocks(store); err != nil {
		return err
	}
	return sweep(store, "objects", func(name string) bool {
		return strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, "incoming-")
	})
}

// Unlock removes the locks that a killed git has left in a checkout. Nobody may be at work there with git.
func Unlock(directory string) error {
	at, err := gitDirectory(directory)
	if err != nil {
		return failed("unlock "+directory, err)
	}
	root, err := os.OpenRoot(at)
	if err != nil {
		return failed("unlock "+directory, err)
	}
	defer func() { _ = root.Close() }()
	return failed("unlock "+directory, sweepLocks(root))
}

// gitDirectory is where git keeps a checkout's index: .git, or what a file of this name leads to (gitrepository-layout(5)).
func gitDirectory(checkout string) (string, error) {
	at := filepath.Join(checkout, ".git")
	stat, err := os.Stat(at)
	if err != nil || stat.IsDir() {
		return at, err
	}
	const longest = 4096 + 16 // PATH_MAX, and what stands around it
	text, err := bounded.ReadFile(at, longest)
	to, is := strings.CutPrefix(strings.TrimSpace(string(text)), "gitdir: ")
	if err == nil && !is {
		err = fmt.Errorf("%s is no file of git's", at)
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(checkout, to)
	}
	return to, err
}

// sweepLocks removes the locks of a git directory: those of its own files, and those of refs.
func sweepLocks(git *os.Root) error {
	entries, err := fs.ReadDir(git.FS(), ".")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if isLock(entry.Name()) && entry.Type().IsRegular() {
			if err := git.Remove(entry.Name()); err != nil {
				return err
			}
		}
	}
	return sweep(git, "refs", isLock)
}

func isLock(name string) bool { return strings.HasSuffix(name, ".lock") }

// sweep removes what is called so below a directory.
func sweep(root *os.Root, below string, called func(name string) bool) error {
	return fs.WalkDir(root.FS(), below, func(at string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case !called(path.Base(at)):
			return nil
		}
		if err := root.RemoveAll(at); err != nil {
			return err
		}
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	})
}

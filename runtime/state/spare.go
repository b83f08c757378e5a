package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// spareName is the directory of second names, in the state directory.
const spareName = "spare"

// A Spare gives sockets and FIFOs of the runtime directory a second name, in the state directory. Of a file that has no name
// left nobody can find the other end; one that has its second name still gets its first one back, and is the same as before
// for all who have it open.
type Spare struct{ directory string }

// NewSpare is that of a state directory. Nothing is made before Keep.
func NewSpare(stateDir string) Spare { return Spare{filepath.Join(stateDir, spareName)} }

// Keep gives a file its second name. Where the two directories are on different file systems it can have none.
func (s Spare) Keep(path string) error {
	if err := os.Mkdir(s.directory, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keep a spare: %w", err)
	}
	second := s.of(path)
	if IsSame(second, path) {
		return nil
	}
	if err := os.Remove(second); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("keep a spare: %w", err)
	}
	if err := os.Link(path, second); err != nil {
		return fmt.Errorf("keep a spare: %w", err)
	}
	return nil
}

// Restore gives a file its first name back, in place of whatever is there.
func (s Spare) Restore(path string) error {
	aside := path + ".new"
	_ = os.Remove(aside) // of somebody who was killed
	if err := os.Link(s.of(path), aside); err != nil {
		return fmt.Errorf("restore %s: %w", filepath.Base(path), err)
	}
	if err := os.Rename(aside, path); err != nil {
		return errors.Join(fmt.Errorf("restore %s: %w", filepath.Base(path), err), os.Remove(aside))
	}
	return nil
}

// Remove takes the second names of files away.
func (s Spare) Remove(paths ...string) {
	for _, path := range paths {
		_ = os.Remove(s.of(path)) // there may be none
	}
	_ = os.Remove(s.directory) // unless there is more
}

// Has reports that a file has its first name and its second one.
func (s Spare) Has(path string) bool { return IsSame(s.of(path), path) }

func (s Spare) of(path string) string { return filepath.Join(s.directory, filepath.Base(path)) }

// IsSame reports that two paths are of one file, without following symlinks.
func IsSame(a, b string) bool {
	first, err := os.Lstat(a)
	if err != nil {
		return false
	}
	second, err := os.Lstat(b)
	return err == nil && os.SameFile(first, second)
}

package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// LookPath finds the program that a command names, in path (a PATH of a unit, not the manager's own). A file
// with a slash is looked up in dir instead. Entries of path that are not absolute count from dir, empty ones
// are skipped. The result is absolute where dir is.
//
// The error says what was wrong with the best candidate and unwraps to fs.ErrNotExist, fs.ErrPermission or
// syscall.EISDIR.
func LookPath(file, path, dir string) (string, error) {
	if file == "" {
		return "", errors.New("find program: its name is empty")
	}
	if strings.Contains(file, "/") {
		found := inDir(file, dir)
		if err := mayExecute(found); err != nil {
			return "", fmt.Errorf("find program: %w", err)
		}
		return found, nil
	}
	var worse error
	for _, entry := range filepath.SplitList(path) {
		if entry == "" {
			continue
		}
		candidate := filepath.Join(inDir(entry, dir), file)
		err := mayExecute(candidate)
		if err == nil {
			return candidate, nil
		}
		if worse == nil && !errors.Is(err, fs.ErrNotExist) {
			worse = err
		}
	}
	if worse != nil {
		return "", fmt.Errorf("find program %s: %w", file, worse)
	}
	return "", fmt.Errorf("find program %s: %w in PATH %s", file, errNotFound, path)
}

var errNotFound = notFound{}

// notFound reads better than fs.ErrNotExist, and is one.
type notFound struct{}

func (notFound) Error() string        { return "not found" }
func (notFound) Is(target error) bool { return target == fs.ErrNotExist }

func inDir(path, dir string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// mayExecute checks what execve(2) would: a regular file that this account may execute, on a file system that
// allows it.
func mayExecute(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, syscall.ENOTDIR) {
		return fmt.Errorf("%s: %w", path, errNotFound)
	}
	if err != nil {
		if cause := (*fs.PathError)(nil); errors.As(err, &cause) {
			return fmt.Errorf("%s: %w", path, cause.Err)
		}
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("%s: %w", path, syscall.EISDIR)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file: %w", path, fs.ErrPermission)
	}
	if err := unix.Access(path, unix.X_OK); err != nil {
		if info.Mode()&0o111 == 0 {
			return fmt.Errorf("%s is not executable (mode %04o; try chmod +x): %w", path, info.Mode().Perm(), err)
		}
		return fmt.Errorf("%s may not be executed: %w", path, err)
	}
	return nil
}

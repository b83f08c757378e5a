package host

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"

	"unitd/units"
)

// maxFile bounds what is read of one file.
const maxFile = 1 << 20

// ReadFile reads a regular file of at most 1 MiB.
func (h *Host) ReadFile(path string) ([]byte, error) { return read(path, nil) }

// ReadSecret reads a regular file of at most 1 MiB that belongs to the user and gives nobody else any right.
// Links at its end are followed where they belong to the user or to root, so that a neighbour who can write to a
// directory cannot choose which file of the user is read. What is checked is the file that was opened, so it cannot be
// exchanged in between. The error says what is wrong and how to mend it, and does not name the file in front.
func (h *Host) ReadSecret(path string) ([]byte, error) { return ReadSecret(path) }

// ReadSecret is Host.ReadSecret, which is the same on every host.
func ReadSecret(path string) ([]byte, error) { return readFrom(path, openTrusted, ownOnly) }

// ReadPage reads a regular file of at most 1 MiB that belongs to the user or to root: a page for everybody, which a
// neighbour shall have no hand in. The error does not name the file in front.
func (h *Host) ReadPage(path string) ([]byte, error) { return read(path, ownOrRoots) }

// ReadEnvFile reads an env_file for a start: the variables, sorted by name, all of them sensitive. The error
// names the file and quotes nothing of it.
func (h *Host) ReadEnvFile(path string) ([]units.EnvVar, error) {
	content, err := h.ReadSecret(path)
	if err != nil {
		return nil, fmt.Errorf("env_file %s: %w", path, err)
	}
	values, err := units.ParseEnv(content)
	if err != nil {
		return nil, fmt.Errorf("env_file %s: %w", path, err)
	}
	all := make([]units.EnvVar, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		all = append(all, units.EnvVar{Name: name, Value: values[name], Sensitive: true})
	}
	return all, nil
}

// failure is an error whose text does not repeat the file's name.
type failure struct {
	text  string
	cause error
}

func (f failure) Error() string { return f.text }
func (f failure) Unwrap() error { return f.cause }

// forReading are the flags of all opens. Without O_NONBLOCK opening a FIFO would wait for a writer.
const forReading = os.O_RDONLY | unix.O_NONBLOCK | unix.O_CLOEXEC

func open(path string) (*os.File, error) { return os.OpenFile(path, forReading, 0) }

// maxLinks is how many links may lead to a file, as in the kernel (path_resolution(7)).
const maxLinks = 40

// openTrusted follows the links at the end of a path one by one, each as it was when its owner was looked at.
func openTrusted(path string) (*os.File, error) {
	for range maxLinks {
		file, err := os.OpenFile(path, forReading|unix.O_NOFOLLOW, 0)
		if !errors.Is(err, unix.ELOOP) {
			return file, err
		}
		target, err := trustedLink(path)
		if err != nil {
			return nil, err
		}
		if !filepath.IsAbs(target) {
			target = filepath.Dir(path) + "/" + target // not cleaned: the directory may be behind a link
		}
		path = target
	}
	return nil, unix.ELOOP
}

func trustedLink(path string) (target string, err error) {
	link, err := unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer func() { _ = unix.Close(link) }() // nothing was written to it
	var stat unix.Stat_t
	if err := unix.Fstat(link, &stat); err != nil {
		return "", err
	}
	if uid := os.Geteuid(); int(stat.Uid) != uid && stat.Uid != 0 {
		return "", fmt.Errorf("%s is a link that belongs to uid %d and not to this account (uid %d)", path, stat.Uid, uid)
	}
	content := make([]byte, unix.PathMax)
	n, err := unix.Readlinkat(link, "", content)
	if err != nil { // EINVAL or ENOENT: it has been exchanged since
		return "", err
	}
	return string(content[:n]), nil
}

// read opens, checks and reads a file.
func read(path string, check func(string, fs.FileInfo) error) ([]byte, error) {
	return readFrom(path, open, check)
}

func readFrom(path string, open func(string) (*os.File, error), check func(string, fs.FileInfo) error) ([]byte, error) {
	file, err := open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, failure{"does not exist", err}
	case err != nil:
		return nil, failure{"cannot be read: " + reason(err), err}
	}
	defer file.Close()
	stat, err := file.Stat()
	if err != nil {
		return nil, failure{"cannot be read: " + reason(err), err}
	}
	if !stat.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	if check != nil {
		if err := check(path, stat); err != nil {
			return nil, err
		}
	}
	content, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if err != nil {
		return nil, failure{"cannot be read: " + reason(err), err}
	}
	if len(content) > maxFile {
		return nil, errors.New("is larger than 1 MiB")
	}
	return content, nil
}

// reason is the system's word for a failure, without operation and path.
func reason(err error) string {
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}

// ownOrRoots wants a file that no neighbour owns.
func ownOrRoots(_ string, stat fs.FileInfo) error {
	owner, ok := stat.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("has no owner on this file system")
	}
	if uid := os.Geteuid(); int(owner.Uid) != uid && owner.Uid != 0 {
		return fmt.Errorf("belongs to uid %d, neither to this account (uid %d) nor to root", owner.Uid, uid)
	}
	return nil
}

// ownOnly wants a file of this user with no rights for others.
func ownOnly(path string, stat fs.FileInfo) error {
	owner, ok := stat.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("has no owner on this file system")
	}
	if uid := os.Geteuid(); int(owner.Uid) != uid {
		return fmt.Errorf("belongs to uid %d and not to this account (uid %d)", owner.Uid, uid)
	}
	mode := stat.Mode().Perm()
	if mode&0o077 == 0 {
		return nil
	}
	can := "execute"
	switch {
	case mode&0o044 != 0:
		can = "read"
	case mode&0o022 != 0:
		can = "write"
	}
	return fmt.Errorf("mode %04o lets others %s it; chmod 600 %s", mode, can, path)
}

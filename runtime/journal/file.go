package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Open opens the log file at path for appending, close-on-exec, and creates it (and its directory) with
// no rights for others. A symlink or anything but a regular file is refused: it could make a unit's
// output overwrite something else.
func Open(path string) (*os.File, error) {
	file, err := open(path, unix.O_WRONLY|unix.O_APPEND|unix.O_CREAT)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, fmt.Errorf("open log: %w", err)
		}
		file, err = open(path, unix.O_WRONLY|unix.O_APPEND|unix.O_CREAT)
	}
	return file, err
}

func open(path string, flags int) (*os.File, error) {
	// O_NONBLOCK: a FIFO must be refused, not waited for.
	fd, err := unix.Open(path, flags|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC|unix.O_NOCTTY, 0o600)
	switch {
	case errors.Is(err, unix.ELOOP):
		return nil, fmt.Errorf("open log %s: it is a symlink: remove it or name its target", path)
	case errors.Is(err, unix.ENXIO):
		return nil, notRegular(path)
	case err != nil:
		return nil, fmt.Errorf("open log %s: %w", path, err)
	}
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil {
		return nil, errors.Join(fmt.Errorf("open log %s: %w", path, err), unix.Close(fd))
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return nil, errors.Join(notRegular(path), unix.Close(fd))
	}
	// The program inherits these flags; with O_NONBLOCK gone, Go keeps the file out of its poller too.
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, flags&unix.O_APPEND); err != nil {
		return nil, errors.Join(fmt.Errorf("open log %s: %w", path, err), unix.Close(fd))
	}
	return os.NewFile(uintptr(fd), path), nil
}

func notRegular(path string) error {
	return fmt.Errorf("open log %s: it is no regular file: remove it or choose another", path)
}

// End is where the next output to an open file will begin, in bytes.
func End(file *os.File) int64 {
	stat, err := file.Stat()
	if err != nil {
		return 0
	}
	return stat.Size()
}

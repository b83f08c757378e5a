package socket

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// listenUnix binds a Unix socket at path and listens on it. At no time can more than o.Mode allows connect:
// the file is made for the owner only, then gets its group, then its mode, and only then a queue.
func listenUnix(path string, o Options) (fd int, made inode, err error) {
	gid, err := lookupGroup(o.Group)
	if err != nil {
		return -1, inode{}, err
	}
	if err := clearPath(path); err != nil {
		return -1, inode{}, err
	}
	fd, err = unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, inode{}, fmt.Errorf("socket: %w", err)
	}
	made, err = publish(fd, path, gid, o)
	if err == nil {
		err = os.NewSyscallError("listen", unix.Listen(fd, o.backlog()))
	}
	if err != nil {
		made.unlink(path)
		unix.Close(fd) //nolint:errcheck // nothing was written to it
		return -1, inode{}, err
	}
	return fd, made, nil
}

// publish binds fd to path and gives the file its group (-1: the account's own) and its mode.
func publish(fd int, path string, gid int, o Options) (made inode, err error) {
	// bind(2) gives the file the mode of the socket's own inode less the umask, so this closes the window
	// that a chmod after bind would leave, without touching the umask, which all threads share.
	if err := unix.Fchmod(fd, uint32(o.mode()&0o700)); err != nil {
		return inode{}, os.NewSyscallError("chmod", err)
	}
	name, release, err := shorten(path)
	if err != nil {
		return inode{}, err
	}
	err = unix.Bind(fd, &unix.SockaddrUnix{Name: name})
	release()
	if err != nil {
		return inode{}, err
	}
	made, err = inodeOf(path)
	if err != nil {
		return inode{}, err
	}
	if gid >= 0 {
		if err := os.Lchown(path, -1, gid); err != nil {
			return made, fmt.Errorf("give the socket to group %s, of which this account must be a member: %w", o.Group, err)
		}
	}
	return made, os.Chmod(path, o.mode())
}

// lookupGroup finds the number of a group given by name or number; -1 for "".
func lookupGroup(group string) (int, error) {
	if group == "" {
		return -1, nil
	}
	if gid, err := strconv.ParseUint(group, 10, 31); err == nil {
		return int(gid), nil
	}
	found, err := user.LookupGroup(group)
	if err != nil {
		return -1, fmt.Errorf("find group %s: %w", group, err)
	}
	return strconv.Atoi(found.Gid)
}

// clearPath makes path free to bind: it removes a socket of this account that nobody listens on.
func clearPath(path string) error {
	if parent, err := os.Stat(filepath.Dir(path)); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("directory %s is missing; create it", filepath.Dir(path))
		}
		return err
	} else if !parent.IsDir() {
		return fmt.Errorf("%s is not a directory", filepath.Dir(path))
	}
	found, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case found.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("the path exists and is not a socket; remove it or choose another")
	case mayBeServed(path):
		return unix.EADDRINUSE
	case found.Sys().(*syscall.Stat_t).Uid != uint32(os.Geteuid()):
		return fmt.Errorf("a dead socket of another account (uid %d) is in the way; choose another path", found.Sys().(*syscall.Stat_t).Uid)
	}
	return os.Remove(path)
}

// IsServed tells whether somebody listens on the socket file at path, whom it costs a connection.
func IsServed(path string) bool {
	err := connectUnix(path)
	return err == nil || errors.Is(err, unix.EAGAIN) // its queue is full
}

// mayBeServed is IsServed, but what cannot be told counts as served: removing a file in use would cut its clients off.
func mayBeServed(path string) bool { return !errors.Is(connectUnix(path), unix.ECONNREFUSED) }

func connectUnix(path string) error {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd) //nolint:errcheck // nothing was written to it
	name, release, err := shorten(path)
	if err != nil {
		return err
	}
	defer release()
	return unix.Connect(fd, &unix.SockaddrUnix{Name: name})
}

// isShutDown tells whether shutdown(2) ended the listening socket fd; poll(2) then shows a hang-up.
func isShutDown(fd int) bool {
	polled := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
	_, err := unix.Poll(polled, 0)
	return err == nil && polled[0].Revents&(unix.POLLHUP|unix.POLLRDHUP) != 0
}

// inode identifies a file whatever its path; the zero inode is no file.
type inode struct{ device, number uint64 }

func inodeOf(path string) (inode, error) {
	found, err := os.Lstat(path)
	if err != nil {
		return inode{}, err
	}
	stat := found.Sys().(*syscall.Stat_t)
	return inode{device: uint64(stat.Dev), number: stat.Ino}, nil //nolint:unconvert // Dev is 32 bits wide on some architectures
}

func (i inode) isAt(path string) bool {
	found, err := inodeOf(path)
	return err == nil && found == i
}

// unlink removes path if it still is this file.
func (i inode) unlink(path string) {
	if i != (inode{}) && i.isAt(path) {
		os.Remove(path)
	}
}

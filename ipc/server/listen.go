package server

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Listen opens a Unix socket with the given mode and group (-1: the user's own). A socket file that is
// there already is replaced: the caller holds the lock that says no other manager uses it. Anything else
// at that path is an error.
func Listen(path string, mode fs.FileMode, group int) (net.Listener, error) {
	const longest = 107 // sockaddr_un, unix(7)
	if len(path) > longest {
		return nil, fmt.Errorf("listen on %s: the path is %d bytes long and a Unix socket holds %d: give a shorter --runtime-dir",
			path, len(path), longest)
	}
	if found, err := os.Lstat(path); err == nil {
		if found.Mode().Type() != fs.ModeSocket {
			return nil, fmt.Errorf("listen on %s: there is a file that is no socket: move it away", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("listen on control socket: %w", err)
		}
	}
	// Until chmod the umask decides, and no usual umask lets others write, so nobody slips in between.
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("listen on control socket %s: %w", filepath.Base(path), err)
	}
	if err := own(path, mode, group); err != nil {
		_ = l.Close() // the other error says more
		return nil, fmt.Errorf("listen on control socket: %w", err)
	}
	return l, nil
}

// Given takes a listening Unix socket that somebody else has opened at path, for this process to serve. The file is
// closed; the socket file stays when the listener is closed, since others may go on listening there.
func Given(file *os.File, path string, mode fs.FileMode) (net.Listener, error) {
	listens, err := listening(file)
	if err == nil && !listens {
		err = errors.New("it is no stream socket that listens: for systemd it is one by ListenStream= without Accept=yes")
	}
	var l net.Listener
	if err == nil {
		l, err = net.FileListener(file)
	}
	_ = file.Close() // it was duplicated
	if err != nil {
		return nil, fmt.Errorf("listen on the socket that was given: %w", err)
	}
	stream, ok := l.(*net.UnixListener)
	if !ok || l.Addr().String() != path {
		_ = l.Close() // the other error says more
		return nil, fmt.Errorf("listen on the socket that was given: it is at %s %s, and unitctl looks for the one at %s: have that one opened, for systemd by ListenStream=",
			l.Addr().Network(), l.Addr(), path)
	}
	stream.SetUnlinkOnClose(false)
	if err := own(path, mode, -1); err != nil {
		_ = l.Close() // the other error says more
		return nil, fmt.Errorf("listen on control socket: %w", err)
	}
	return l, nil
}

// listening reports a stream socket at which connections arrive: package net takes others for listeners too.
func listening(file *os.File) (bool, error) {
	fd := int(file.Fd())
	accepts, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ACCEPTCONN)
	if errors.Is(err, unix.ENOTSOCK) {
		return false, nil
	}
	if err != nil {
		return false, os.NewSyscallError("getsockopt", err)
	}
	kind, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	return accepts == 1 && kind == unix.SOCK_STREAM, os.NewSyscallError("getsockopt", err)
}

func own(path string, mode fs.FileMode, group int) error {
	if group >= 0 {
		if err := os.Lchown(path, -1, group); err != nil {
			return err
		}
	}
	return os.Chmod(path, mode)
}

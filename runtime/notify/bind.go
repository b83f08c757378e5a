package notify

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// Listen opens the notify socket at path with mode 0600, in place of one that an earlier manager left
// there: the caller holds the lock of the directory. deliver gets every Message in the order of arrival;
// what it does not take from Message.TakeFDs is closed when it returns. dropped is told of every datagram that is
// not delivered; the sender is 0 where it is not known.
func Listen(path string, deliver func(*Message), dropped func(sender int, why error)) (*Receiver, error) {
	if len(path) > maxPath {
		return nil, fmt.Errorf("bind notify socket %s: the path has %d bytes, sockets allow %d: choose a shorter directory with --runtime-dir",
			path, len(path), maxPath)
	}
	if err := removeStale(path); err != nil {
		return nil, err
	}
	conn, err := bind(path)
	if err != nil {
		return nil, err
	}
	return newReceiver(conn, path, deliver, dropped)
}

func bind(path string) (*net.UnixConn, error) {
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return nil, fmt.Errorf("bind notify socket %s: %w", path, errnoOf(err))
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("set up notify socket %s: %w", path, err), conn.Close(), os.Remove(path))
	}
	return conn, nil
}

func newReceiver(conn *net.UnixConn, path string, deliver func(*Message), dropped func(sender int, why error)) (*Receiver, error) {
	r := &Receiver{conn: conn, path: path, uid: os.Getuid(), deliver: deliver, dropped: dropped}
	r.control = make([]byte, unix.CmsgSpace(unix.SizeofUcred)+unix.CmsgSpace(maxFDs*4))
	if err := passCredentials(conn); err != nil {
		return nil, errors.Join(fmt.Errorf("set up notify socket %s: %w", path, err), r.Close())
	}
	return r, nil
}

// Continue is Listen with the socket that a manager in this process had open, in which messages wait.
func Continue(path string, fd int, deliver func(*Message), dropped func(sender int, why error)) (*Receiver, error) {
	file := os.NewFile(uintptr(fd), path)
	defer file.Close() // it is duplicated
	open, err := net.FilePacketConn(file)
	if err != nil {
		return nil, fmt.Errorf("go on with notify socket %s: %w", path, err)
	}
	conn, ok := open.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("go on with notify socket %s: it is no Unix socket", path), open.Close())
	}
	return newReceiver(conn, path, deliver, dropped)
}

func removeStale(path string) error {
	found, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("bind notify socket: %w", err)
	case found.Mode().Type() != fs.ModeSocket:
		return fmt.Errorf("bind notify socket %s: a file that is no socket is in its place: remove it", path)
	}
	return os.Remove(path)
}

func passCredentials(conn *net.UnixConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	var set error
	if err := raw.Control(func(fd uintptr) {
		set = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_PASSCRED, 1)
	}); err != nil {
		return err
	}
	return set
}

package procfs

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// Append appends the contents of a file of /proc to buffer. The error is an *fs.PathError.
func Append(buffer []byte, path string) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return buffer, wrap("open", path, err)
	}
	defer func() { _ = unix.Close(fd) }() // nothing was written
	return appendFile(buffer, fd, path)
}

// appendFile appends what is left of an open file.
func appendFile(buffer []byte, fd int, path string) ([]byte, error) {
	for {
		buffer = slices.Grow(buffer, 1)
		n, err := unix.Read(fd, buffer[len(buffer):cap(buffer)])
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return buffer, wrap("read", path, err)
		case n == 0:
			return buffer, nil
		}
		buffer = buffer[:len(buffer)+n]
	}
}

func wrap(op, path string, err error) error { return &fs.PathError{Op: op, Path: path, Err: err} }

// Word cuts text at the end of its first word. It allocates nothing, and lets a buffer stay on the stack.
func Word(text []byte) (word, rest []byte) {
	text = bytes.TrimLeft(text, " \t\n")
	if end := bytes.IndexAny(text, " \t\n"); end >= 0 {
		return text[:end], text[end:]
	}
	return text, nil
}

// Directory is where the files of a process are.
func Directory(pid int) string { return "/proc/" + strconv.Itoa(pid) }

package procfs

import (
	"bytes"
	"errors"
	"io/fs"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

// Append appends the contents of a file of /proc to buffer: one that is a single record, or has short ones. The error is an
// *fs.PathError.
func Append(buffer []byte, path string) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return buffer, wrap("open", path, err)
	}
	defer func() { _ = unix.Close(fd) }() // nothing was written
	return appendFile(buffer, fd, path, shortRecords)
}

// A read that brings less than this, and less than there was room for, was the last. The kernel writes whole records into
// a buffer of a page, of 4 KiB at least, and ends a read where the next one does not fit (seq_read of linux/seq_file.c): so
// short ones, of 2 KiB at most, end it later, but of those that may be longer only one that brings nothing is the last.
const (
	shortRecords = 2 << 10
	anyRecords   = 1
)

// appendFile appends what is left of an open file.
func appendFile(buffer []byte, fd int, path string, last int) ([]byte, error) {
	for {
		buffer = slices.Grow(buffer, 1)
		room := cap(buffer) - len(buffer)
		n, err := unix.Read(fd, buffer[len(buffer):cap(buffer)])
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case err != nil:
			return buffer, wrap("read", path, err)
		}
		buffer = buffer[:len(buffer)+n]
		if n < last && n < room {
			return buffer, nil
		}
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

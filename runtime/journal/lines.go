package journal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Bounds of reading.
const (
	maxLine   = 64 << 10 // bytes of a line that are kept
	blockSize = 32 << 10 // bytes read at once
)

// Line is a line of a file.
type Line struct {
	Path string
	Text string // without its newline, otherwise as written; a line over 64 KiB ends in " [… N bytes cut]"
}

// Tail calls emit for the last n lines (n < 0: all) of each file, file by file in the order of paths. A
// last line without newline counts. What does not exist is left out. Memory stays bounded whatever the
// files hold. An error of emit ends it and is returned.
func Tail(ctx context.Context, paths []string, n int, emit func(Line) error) error {
	for _, path := range paths {
		if err := tailFile(ctx, path, n, emit); err != nil {
			return err
		}
	}
	return nil
}

func tailFile(ctx context.Context, path string, n int, emit func(Line) error) error {
	file, err := openForReading(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	split := &splitter{path: path, emit: emit}
	if _, err := readTail(ctx, file, 0, n, split); err != nil {
		return err
	}
	return split.flush()
}

// LastLines returns the last n lines that were written to the file at path since it had the given size
// (see Size), oldest first. In a file that has shrunk meanwhile everything is new; one that does not
// exist has no lines.
func LastLines(path string, since int64, n int) ([]string, error) {
	file, err := openForReading(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var lines []string
	split := &splitter{path: path, emit: func(line Line) error {
		lines = append(lines, line.Text)
		return nil
	}}
	if _, err := readTail(context.Background(), file, since, n, split); err != nil {
		return nil, err
	}
	return lines, split.flush()
}

// openForReading follows symlinks, since programs may name their own logs as they like.
func openForReading(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("read log: %w", err)
	}
	if stat, err := file.Stat(); err != nil || !stat.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("read log %s: it is no regular file", path), file.Close())
	}
	return file, nil
}

// readTail feeds the last n lines after offset from to split, and returns the offset where it ended.
func readTail(ctx context.Context, file *os.File, from int64, n int, split *splitter) (int64, error) {
	stat, err := file.Stat()
	if err != nil {
		return 0, fmt.Errorf("read log: %w", err)
	}
	size := stat.Size()
	if from > size {
		from = 0
	}
	if n >= 0 {
		if from, err = lastLinesBegin(ctx, file, from, size, n); err != nil {
			return 0, err
		}
	}
	return readRange(ctx, file, from, size, split)
}

// lastLinesBegin finds the offset of the n-th last line between from and size, reading backwards.
func lastLinesBegin(ctx context.Context, file io.ReaderAt, from, size int64, n int) (int64, error) {
	if n == 0 {
		return size, nil
	}
	block := make([]byte, blockSize)
	for end := size; end > from; {
		begin := max(from, end-blockSize)
		read, err := file.ReadAt(block[:end-begin], begin)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, fmt.Errorf("read log: %w", err)
		}
		for at := read - 1; at >= 0; at-- {
			// The newline at the very end closes the last line; it does not begin another.
			if block[at] != '\n' || begin+int64(at) == size-1 {
				continue
			}
			if n--; n == 0 {
				return begin + int64(at) + 1, nil
			}
		}
		end = begin
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
	return from, nil
}

// readRange feeds the bytes between two offsets to split, and returns the offset where it ended: earlier
// than asked if the file has shrunk.
func readRange(ctx context.Context, file io.ReaderAt, from, to int64, split *splitter) (int64, error) {
	block := make([]byte, min(blockSize, max(to-from, 0)))
	for from < to {
		read, err := file.ReadAt(block[:min(int64(len(block)), to-from)], from)
		from += int64(read)
		if err := split.feed(block[:read]); err != nil {
			return from, err
		}
		if errors.Is(err, io.EOF) {
			return from, nil
		}
		if err != nil {
			return from, fmt.Errorf("read log: %w", err)
		}
		if ctx.Err() != nil {
			return from, ctx.Err()
		}
	}
	return from, nil
}

// splitter cuts a stream of bytes into lines and holds the one that has no end yet.
type splitter struct {
	path string
	emit func(Line) error
	held []byte // at most maxLine
	cut  int    // bytes of the held line beyond maxLine
}

func (s *splitter) feed(block []byte) error {
	for len(block) > 0 {
		part, rest, ended := bytes.Cut(block, []byte{'\n'})
		kept := min(len(part), maxLine-len(s.held))
		s.held = append(s.held, part[:kept]...)
		s.cut += len(part) - kept
		if !ended {
			return nil
		}
		if err := s.end(); err != nil {
			return err
		}
		block = rest
	}
	return nil
}

func (s *splitter) holds() bool { return len(s.held) > 0 }

// flush emits the held line, if there is one, as if it had ended.
func (s *splitter) flush() error {
	if !s.holds() {
		return nil
	}
	return s.end()
}

func (s *splitter) end() error {
	text := string(s.held)
	if s.cut > 0 {
		text += fmt.Sprintf(" [… %d bytes cut]", s.cut)
	}
	s.held, s.cut = s.held[:0], 0
	return s.emit(Line{Path: s.path, Text: text})
}

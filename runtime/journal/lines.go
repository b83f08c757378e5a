package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

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
	// Stream is where a captured line came by, which Text then has without what captured.go puts before it.
	Stream string
	At     time.Time // when it was captured, or what it says of its time, or the one before it; see stamp.go

	notice bool // of the reader, not of the log
}

// fileID tells a file from the one that has taken its name.
type fileID struct{ dev, ino uint64 }

func idOf(stat fs.FileInfo) fileID {
	sys := stat.Sys().(*syscall.Stat_t) // always so on Linux
	return fileID{dev: sys.Dev, ino: sys.Ino}
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

// openAndStat opens a log for reading; nil without an error: there is none.
func openAndStat(path string) (*os.File, fs.FileInfo, error) {
	file, err := openForReading(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	stat, err := file.Stat()
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read log: %w", err), file.Close())
	}
	return file, stat, nil
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

package journal

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sync"
	"time"
)

// Writer appends captured lines to logs. It never fails its caller: what cannot be written, as on a full disk, is dropped
// and counted, and the log says how much with the next lines that can. It holds no file open, so one that was removed or
// replaced is there again, or followed, with the next lines. Any goroutine may use it.
type Writer struct {
	mu   sync.Mutex
	text []byte
	lost map[string]lost // by path
}

// lost is what could not be written to a log.
type lost struct {
	lines int
	bytes int64
	cause error
}

// NewWriter makes a Writer.
func NewWriter() *Writer { return &Writer{lost: map[string]lost{}} }

// textAtOnce bytes are written with one system call, give or take a line.
const textAtOnce = 256 << 10

// Write appends the lines of a stream to the log at path.
func (w *Writer) Write(path string, at time.Time, stream string, lines [][]byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(lines) > 0 {
		w.text = w.text[:0]
		before, missing := w.lost[path]
		if missing {
			said := fmt.Appendf(nil, "%d lines of %d bytes could not be written: %v", before.lines, before.bytes, before.cause)
			w.text = AppendCaptured(w.text, at, Manager, said)
		}
		n, size := 0, int64(0)
		for n < len(lines) && len(w.text) < textAtOnce {
			w.text = AppendCaptured(w.text, at, stream, lines[n])
			size += int64(len(lines[n])) + 1
			n++
		}
		lines = lines[n:]
		if err := appendWhole(path, w.text); err != nil {
			w.lost[path] = lost{before.lines + n, before.bytes + size, err}
		} else if missing {
			delete(w.lost, path)
		}
	}
	if cap(w.text) > 2*textAtOnce {
		w.text = nil
	}
}

// appendWhole appends all or nothing, if nobody else writes at this moment: half a line would spoil the next.
func appendWhole(path string, text []byte) error {
	file, err := Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	n, err := file.Write(text)
	if err != nil && n > 0 {
		if size := End(file); size >= int64(n) {
			_ = file.Truncate(size - int64(n))
		}
	}
	return err
}

// Recall gives the texts of the last lines of a stream that were captured to the log at path, n at most, oldest first.
// Where the last line of the log was not written whole, it is taken away first: its writer was killed then.
func (l *Logs) Recall(path, stream string, n int) ([]string, error) {
	if err := cutTorn(path); err != nil {
		return nil, fmt.Errorf("take away half a line: %w", err)
	}
	const notices = 16 // what unitd may have said between
	var lines []string
	err := l.Read(context.Background(), Query{Paths: []string{path}, Last: n + notices}, func(line Line) error {
		if line.Stream == stream {
			lines = append(lines, line.Text)
		}
		return nil
	})
	return lines[max(len(lines)-n, 0):], err
}

// cutTorn takes away what is behind the last newline of a file.
func cutTorn(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	size := End(file)
	block := make([]byte, min(size, maxLine))
	if _, err := file.ReadAt(block, size-int64(len(block))); err != nil {
		return err
	}
	whole := bytes.LastIndexByte(block, '\n') + 1
	if whole == len(block) || whole == 0 && int64(len(block)) < size {
		return nil
	}
	return file.Truncate(size - int64(len(block)-whole))
}

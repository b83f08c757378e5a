package journal

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Own is the log of the manager itself. Writing to it never fails its caller: what a full disk does not take is dropped
// and counted, and the log says how much as soon as it takes something again. Where somebody has removed the file, there
// is a new one with the next line. Any goroutine may use it.
type Own struct {
	path string

	mu    sync.Mutex
	file  *os.File
	lines int // dropped and not told yet
	bytes int64
	cause error
}

var _ io.WriteCloser = (*Own)(nil)

// OpenOwn opens the manager's log.
func OpenOwn(path string) (*Own, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	return &Own{path: path, file: file}, nil
}

// Write appends a line.
func (o *Own) Write(line []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.reopen()
	var told []byte
	if o.lines > 0 {
		told = fmt.Appendf(nil, "time=%s level=WARN msg=\"lines of this log were dropped\" lines=%d bytes=%d error=%q\n",
			time.Now().Format("2006-01-02T15:04:05.000Z07:00"), o.lines, o.bytes, o.cause)
	}
	if err := o.append(append(told, line...)); err != nil {
		o.lines++
		o.bytes += int64(len(line))
		o.cause = err
		return len(line), nil
	}
	o.lines, o.bytes = 0, 0
	return len(line), nil
}

// append writes all or nothing, if nobody else writes at this moment: half a line would spoil the next.
func (o *Own) append(text []byte) error {
	size := End(o.file)
	n, err := o.file.Write(text)
	if err != nil && n > 0 && End(o.file) == size+int64(n) {
		_ = o.file.Truncate(size)
	}
	return err
}

// reopen opens the log again when its file is no longer there.
func (o *Own) reopen() {
	var stat unix.Stat_t
	if err := unix.Fstat(int(o.file.Fd()), &stat); err != nil || stat.Nlink > 0 {
		return
	}
	if file, err := Open(o.path); err == nil {
		o.file.Close()
		o.file = file
	}
}

// Is tells whether another open file is this log.
func (o *Own) Is(other *os.File) bool {
	own, errOwn := o.file.Stat()
	stat, err := other.Stat()
	return errOwn == nil && err == nil && os.SameFile(own, stat)
}

// Close closes the log.
func (o *Own) Close() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.file.Close()
}

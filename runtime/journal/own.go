package journal

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Own is the log of the manager itself. Writing to it never fails its caller: what cannot be written, as on a full disk, is
// dropped and counted, and the log says how much with the next line that can. It is opened for each line, since lines are few
// and so are the descriptors that a manager may hold; so a file that somebody has removed is there again with the next line.
// Any goroutine may use it.
type Own struct {
	path string

	mu    sync.Mutex
	lines int // dropped and not told yet
	bytes int64
	cause error
}

var _ io.Writer = (*Own)(nil)

// OpenOwn checks that the manager's log can be written.
func OpenOwn(path string) (*Own, error) {
	file, err := Open(path)
	if err != nil {
		return nil, err
	}
	return &Own{path: path}, file.Close()
}

// Write appends a line.
func (o *Own) Write(line []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var told []byte
	if o.lines > 0 {
		told = fmt.Appendf(nil, "time=%s level=WARN msg=\"lines of this log were dropped\" lines=%d bytes=%d error=%q\n",
			time.Now().Format("2006-01-02T15:04:05.000Z07:00"), o.lines, o.bytes, o.cause)
	}
	if err := appendWhole(o.path, append(told, line...)); err != nil {
		o.lines++
		o.bytes += int64(len(line))
		o.cause = err
		return len(line), nil
	}
	o.lines, o.bytes = 0, 0
	return len(line), nil
}

// Is tells whether an open file is this log.
func (o *Own) Is(file *os.File) bool {
	own, errOwn := os.Stat(o.path)
	stat, err := file.Stat()
	return errOwn == nil && err == nil && os.SameFile(own, stat)
}

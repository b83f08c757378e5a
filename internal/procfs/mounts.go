package procfs

import (
	"bytes"
	"errors"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// Mounts knows what is mounted where, as this process sees it. To have the kernel list it costs a tenth of a millisecond, so
// that is done again only after a change: the kernel tells of one where the file is kept open (proc_pid_mountinfo(5)). The
// zero value is ready to use; its methods may be called from several goroutines.
type Mounts struct {
	mu     sync.Mutex
	open   bool
	file   int
	points []string
}

// Points are the directories and files at which file systems are mounted, in the order of mounting. They must not be
// changed.
func (m *Mounts) Points() ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	const path = "/proc/self/mountinfo"
	if !m.open {
		file, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err != nil {
			return nil, wrap("open", path, err)
		}
		m.open, m.file = true, file
	} else if !m.changed() {
		return m.points, nil
	}
	m.points = nil // what cannot be read is read again
	if _, err := unix.Seek(m.file, 0, unix.SEEK_SET); err != nil {
		return nil, wrap("seek", path, err)
	}
	const some = 4096
	content, err := appendFile(make([]byte, 0, some), m.file, path, anyRecords)
	if err != nil {
		return nil, err
	}
	m.points = pointsOf(content)
	return m.points, nil
}

// changed reports that something was mounted or unmounted since it was last asked, or that this cannot be told.
func (m *Mounts) changed() bool {
	if m.points == nil {
		return true
	}
	ask := []unix.PollFd{{Fd: int32(m.file), Events: unix.POLLPRI}}
	for {
		n, err := unix.Poll(ask, 0)
		if !errors.Is(err, unix.EINTR) {
			return n != 0 || err != nil
		}
	}
}

// Close releases the file. Points may be called again.
func (m *Mounts) Close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.open {
		_ = unix.Close(m.file) // nothing was written
	}
	m.open, m.points = false, nil
}

func pointsOf(mountinfo []byte) []string {
	var points []string
	for line := range bytes.Lines(mountinfo) {
		const pointField = 4
		if fields := bytes.Fields(line); len(fields) > pointField {
			points = append(points, unescape.Replace(string(fields[pointField])))
		}
	}
	return points
}

// unescape undoes what the kernel writes for characters that would end a field.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

package rotation

import (
	"encoding/binary"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"golang.org/x/sys/unix"
)

// watcher tells once of each watched log that it was written to, removed or renamed; inotify(7). All of them share one
// descriptor. Where an account may have no more instances or watches nothing is told, and logs are looked at by time.
type watcher struct {
	written chan []string // paths
	file    *os.File      // nil: there is no instance

	mu    sync.Mutex
	paths map[int32][]string // by watch
	ended chan struct{}
}

// What is told of a file, and of a directory in which one is to appear.
const (
	ofFile      = unix.IN_MODIFY | unix.IN_ATTRIB | unix.IN_MOVE_SELF | unix.IN_DELETE_SELF | unix.IN_ONESHOT
	ofDirectory = unix.IN_CREATE | unix.IN_MOVED_TO | unix.IN_ONESHOT | unix.IN_ONLYDIR
)

func newWatcher(log *slog.Logger) *watcher {
	w := &watcher{written: make(chan []string), paths: map[int32][]string{}, ended: make(chan struct{})}
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		log.Warn("watch logs: they are looked at every minute instead", "error", err)
		return w
	}
	w.file = os.NewFile(uintptr(fd), "inotify")
	go w.read()
	return w
}

func (w *watcher) close() {
	if w.file == nil {
		return
	}
	close(w.ended)
	w.file.Close()
}

// watch sets a watch on a log; false: none could be set. Where there is no such file it waits in its directory for
// one, if nobody else says when there is.
func (w *watcher) watch(path string, appears bool) bool {
	if w.file == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	wd, err := w.add(path, ofFile)
	if errors.Is(err, unix.ENOENT) && !appears {
		return true
	}
	for above := path; errors.Is(err, unix.ENOENT) && above != "/"; { // there may be no such directory either
		above = filepath.Dir(above)
		wd, err = w.add(above, ofDirectory)
	}
	if err != nil {
		return false
	}
	if !slices.Contains(w.paths[wd], path) {
		w.paths[wd] = append(w.paths[wd], path)
	}
	return true
}

func (w *watcher) add(path string, events uint32) (int32, error) {
	raw, err := w.file.SyscallConn()
	if err != nil {
		return 0, err
	}
	var wd int
	var failed error
	err = raw.Control(func(fd uintptr) { wd, failed = unix.InotifyAddWatch(int(fd), path, events) })
	return int32(wd), errors.Join(err, failed)
}

// read takes in what the kernel tells until the watcher is closed.
func (w *watcher) read() {
	buffer := make([]byte, 4096) // holds an event with the longest name
	for {
		n, err := w.file.Read(buffer)
		if err != nil {
			return
		}
		if paths := w.told(buffer[:n]); len(paths) > 0 {
			select {
			case w.written <- paths:
			case <-w.ended:
				return
			}
		}
	}
}

// told are the logs that events are about. What a watch that has fired stood for is forgotten; the kernel has, too.
func (w *watcher) told(events []byte) (paths []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(events) >= unix.SizeofInotifyEvent {
		wd := int32(binary.NativeEndian.Uint32(events))
		mask := binary.NativeEndian.Uint32(events[4:])
		name := binary.NativeEndian.Uint32(events[12:])
		events = events[unix.SizeofInotifyEvent+int(name):]
		if mask&unix.IN_Q_OVERFLOW != 0 {
			for _, all := range w.paths {
				paths = append(paths, all...)
			}
			clear(w.paths)
			continue
		}
		paths = append(paths, w.paths[wd]...)
		delete(w.paths, wd)
	}
	return paths
}

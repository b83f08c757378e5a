package premises

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// A Watch has one descriptor and one goroutine (inotify(7)), and nothing wakes it but changes of the directories that it
// watches. Its methods may be called from any goroutine.
type Watch struct {
	gone chan struct{} // holds a value when something may be missing
	file *os.File

	mu     sync.Mutex
	places map[int32]place // by watch
}

// place is a directory that is watched, with the names in it that matter.
type place struct {
	path  string
	names map[string]bool
}

// What is told of a directory in which names matter, and of one that is above such a one.
const (
	ofSelf  = unix.IN_DELETE_SELF | unix.IN_MOVE_SELF | unix.IN_ONLYDIR
	ofNames = ofSelf | unix.IN_DELETE | unix.IN_MOVED_FROM | unix.IN_MOVED_TO
)

// New makes a watch over nothing. An account may have only so many (fs.inotify.max_user_instances): then there is an error, and
// the caller has to look by itself.
func New() (*Watch, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("watch directories: %w", os.NewSyscallError("inotify_init", err))
	}
	w := &Watch{gone: make(chan struct{}, 1), file: os.NewFile(uintptr(fd), "inotify"), places: map[int32]place{}}
	go w.read()
	return w, nil
}

// Gone holds a value after something has happened that may concern a path. One value stands for any number of changes.
func (w *Watch) Gone() <-chan struct{} { return w.gone }

// Close ends the watch.
func (w *Watch) Close() error { return w.file.Close() }

// Set watches those paths and no others. A directory that is missing cannot be watched; that of a path is told in the error
// then, and what concerns the others is told all the same. The caller looks at the paths after that: what happened before is
// not told.
func (w *Watch) Set(paths ...string) error {
	names, masks := map[string]map[string]bool{}, map[string]uint32{}
	for _, path := range paths {
		directory := filepath.Dir(path)
		if names[directory] == nil {
			names[directory] = map[string]bool{}
		}
		names[directory][filepath.Base(path)] = true
		masks[directory] |= ofNames
		masks[filepath.Dir(directory)] |= ofSelf
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	places := map[int32]place{}
	var failed error
	for directory, mask := range masks {
		wd, err := w.add(directory, mask)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("watch %s: %w", directory, err))
			continue
		}
		places[wd] = place{directory, names[directory]}
	}
	for wd := range w.places {
		if _, still := places[wd]; !still {
			w.remove(wd)
		}
	}
	w.places = places
	return failed
}

func (w *Watch) add(directory string, mask uint32) (wd int32, err error) {
	controlled := w.control(func(fd int) {
		var n int
		n, err = unix.InotifyAddWatch(fd, directory, mask)
		wd = int32(n)
	})
	return wd, errors.Join(controlled, err)
}

// remove takes a watch away; the kernel has done so already with that of a directory that is no more.
func (w *Watch) remove(wd int32) {
	_ = w.control(func(fd int) { _, _ = unix.InotifyRmWatch(fd, uint32(wd)) })
}

func (w *Watch) control(f func(fd int)) error {
	raw, err := w.file.SyscallConn()
	if err != nil {
		return err
	}
	return raw.Control(func(fd uintptr) { f(int(fd)) })
}

// read takes in what the kernel tells until the watch is closed.
func (w *Watch) read() {
	buffer := make([]byte, 4096) // holds an event with the longest name
	for {
		n, err := w.file.Read(buffer)
		if err != nil {
			return
		}
		if w.concerns(buffer[:n]) {
			select {
			case w.gone <- struct{}{}:
			default:
			}
		}
	}
}

// concerns reports events by which a path may be missing.
func (w *Watch) concerns(events []byte) (any bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(events) >= unix.SizeofInotifyEvent {
		wd := int32(binary.NativeEndian.Uint32(events))
		mask := binary.NativeEndian.Uint32(events[4:])
		size := unix.SizeofInotifyEvent + int(binary.NativeEndian.Uint32(events[12:]))
		name := strings.TrimRight(string(events[unix.SizeofInotifyEvent:size]), "\x00")
		events = events[size:]
		at, known := w.places[wd]
		switch {
		case mask&unix.IN_Q_OVERFLOW != 0:
			any = true
		case known && (name == "" || at.names[name]):
			any = true
		}
	}
	return any
}

package notify

import (
	"os"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// watcher is an epoll instance for the stored files that are given up when they report an error or hang-up. It waits
// in the poller of the runtime: to put the files themselves there would wake this process whenever one is used.
type watcher struct {
	epoll *os.File
	fd    int
	conn  syscall.RawConn
}

// watch has a file given up once its other end is gone. What cannot be polled (a regular file) stays. The caller
// holds the lock.
func (s *Store) watch(f *file) {
	if !f.polled {
		return
	}
	if s.watcher == nil {
		w, err := newWatcher()
		if err != nil {
			return // it is kept for longer than it is good for, at worst until the unit stops
		}
		s.watcher = w
		go s.await(w)
	}
	// Errors and hang-ups are reported without being asked for (epoll_ctl(2)).
	if unix.EpollCtl(s.watcher.fd, unix.EPOLL_CTL_ADD, f.fd, &unix.EpollEvent{Fd: int32(f.fd)}) == nil {
		s.watched[f.fd] = f
	}
}

// unwatch comes before a file is closed: as long as it is open in some program, epoll would not notice.
func (s *Store) unwatch(f *file) {
	if s.watched[f.fd] == f {
		delete(s.watched, f.fd)
		_ = unix.EpollCtl(s.watcher.fd, unix.EPOLL_CTL_DEL, f.fd, nil)
	}
}

// idle takes the watcher off when nothing is left to watch. It is to be closed once the lock is let go.
func (s *Store) idle() *watcher {
	w := s.watcher
	if w == nil || len(s.watched) > 0 {
		return nil
	}
	s.watcher = nil
	return w
}

func newWatcher() (*watcher, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err := unix.SetNonblock(fd, true); err != nil { // os.NewFile hands it to the poller for that
		return nil, os.NewSyscallError("fcntl", unix.Close(fd))
	}
	w := &watcher{epoll: os.NewFile(uintptr(fd), "epoll"), fd: fd}
	if w.conn, err = w.epoll.SyscallConn(); err != nil {
		w.epoll.Close()
		return nil, err
	}
	return w, nil
}

func (w *watcher) close() {
	if w != nil {
		w.epoll.Close()
	}
}

// await gives up what reports an error or hang-up, until the watcher is closed.
func (s *Store) await(w *watcher) {
	defer w.close()
	for {
		var owners []Owner
		over := false
		err := w.conn.Read(func(uintptr) bool {
			owners, over = s.hungUp(w)
			return over || len(owners) > 0
		})
		for _, owner := range owners {
			s.changed(owner)
		}
		if over || err != nil {
			return
		}
	}
}

// hungUp gives up all that has reported something, and tells whose that was. What is reported of a number is of the
// file that has it: numbers change hands under the lock only.
func (s *Store) hungUp(w *watcher) (owners []Owner, over bool) {
	var unused []int
	var events [64]unix.EpollEvent
	s.mu.Lock()
	defer func() { s.mu.Unlock(); s.bin.drop(unused) }()
	for s.watcher == w {
		n, err := unix.EpollWait(w.fd, events[:], 0)
		if err == unix.EINTR {
			continue
		}
		if n <= 0 {
			return owners, false
		}
		for _, event := range events[:n] {
			if f := s.watched[int(event.Fd)]; f != nil {
				s.unwatch(f)
				owners = append(owners, s.forget(f)...)
				if f.users == 0 {
					unused = append(unused, f.fd)
				}
			}
		}
		s.idle()
	}
	return owners, true
}

// forget takes a file from all who have stored it, and tells who they are.
func (s *Store) forget(f *file) (owners []Owner) {
	for owner, files := range s.kept {
		i := slices.Index(files, f)
		if i < 0 {
			continue
		}
		owners = append(owners, owner)
		f.users--
		if s.kept[owner] = slices.Concat(files[:i], files[i+1:]); len(s.kept[owner]) == 0 {
			delete(s.kept, owner)
		}
	}
	return owners
}

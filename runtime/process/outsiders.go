package process

import (
	"errors"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
)

// An init that was adopted is no child of this manager, so that no SIGCHLD tells its end and nobody can wait for it. Most
// say in the FIFO that they end; of one that is killed a pidfd tells, in one epoll instance for all, until the last of
// them has ended. Where there is no descriptor to spare for one, or no pidfd (before Linux 5.3), it is looked at every
// now and then.

// lookAtOutsiders is the pause between two looks at those that have no pidfd.
const lookAtOutsiders = time.Second

// spare reports that a descriptor is none of those that everything else needs. The kernel gives out the lowest number
// that is free, so one in the upper half of those that this process may have is one too many.
func spare(number int) bool {
	var limit unix.Rlimit
	return unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) == nil && uint64(number) < limit.Cur/2
}

// outsider is an adopted init.
type outsider struct {
	salted uint64
	pidfd  int // closed: it is looked at
}

// watch has the end of an init told that is no child. t.mu is held.
func (t *Table) watch(pid int, salted uint64) error {
	o := &outsider{salted: salted, pidfd: closed}
	if pidfd, err := unix.PidfdOpen(pid, 0); err == nil {
		if spare(pidfd) && t.enroll(pid, pidfd) {
			o.pidfd = pidfd
		} else {
			closeFD(pidfd)
		}
	} else if errors.Is(err, unix.ESRCH) {
		return ErrGone
	}
	// Between the finding and this somebody else may have got the pid.
	if f, ok := t.candidate(pid); !ok || f.salted != salted {
		closePidfd(o.pidfd)
		return ErrGone
	}
	t.outsiders[pid] = o
	if o.pidfd == closed && t.looking == nil {
		t.looking = make(chan struct{})
		go t.lookNowAndThen(t.looking)
	}
	return nil
}

func closePidfd(fd int) {
	if fd != closed {
		closeFD(fd)
	}
}

// enroll puts a pidfd into the epoll instance, which it makes for the first.
func (t *Table) enroll(pid, pidfd int) bool {
	if t.epoll == nil {
		fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
		if err != nil {
			return false
		}
		if unix.SetNonblock(fd, true) != nil { // os.NewFile hands it to the poller for that
			closeFD(fd)
			return false
		}
		t.epoll = os.NewFile(uintptr(fd), "epoll")
		conn, err := t.epoll.SyscallConn()
		if err != nil {
			t.epoll.Close()
			t.epoll = nil
			return false
		}
		go t.awaitOutsiders(conn, fd)
	}
	return unix.EpollCtl(int(fd(t.epoll)), unix.EPOLL_CTL_ADD, pidfd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(pid)}) == nil
}

// awaitOutsiders notes who has ended, until the epoll instance is closed.
func (t *Table) awaitOutsiders(conn syscall.RawConn, epoll int) {
	_ = conn.Read(func(uintptr) bool { // its end is that of the table, or of the last outsider
		var events [64]unix.EpollEvent
		n, err := unix.EpollWait(epoll, events[:], 0)
		if err != nil || n <= 0 {
			return false
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, event := range events[:n] {
			t.departs(int(event.Fd))
		}
		return false
	})
}

// lookNowAndThen notes who has ended of those that have no pidfd.
func (t *Table) lookNowAndThen(end chan struct{}) {
	pause := time.NewTicker(lookAtOutsiders)
	defer pause.Stop()
	for {
		select {
		case <-end:
			return
		case <-pause.C:
		}
		t.mu.Lock()
		for pid, o := range t.outsiders {
			if f, ok := t.candidate(pid); o.pidfd == closed && (!ok || f.salted != o.salted) {
				t.departs(pid)
			}
		}
		t.mu.Unlock()
	}
}

// departs takes an outsider that has ended off the list, to be buried in its turn. t.mu is held.
func (t *Table) departs(pid int) {
	o := t.outsiders[pid]
	if o == nil {
		return
	}
	closePidfd(o.pidfd) // which takes it out of the epoll instance
	delete(t.outsiders, pid)
	t.departed = append(t.departed, pid)
	if len(t.outsiders) == 0 {
		t.dismiss()
	}
	select {
	case t.behind <- struct{}{}:
	default:
	}
}

// dismiss ends the watch. t.mu is held.
func (t *Table) dismiss() {
	for _, o := range t.outsiders {
		closePidfd(o.pidfd)
	}
	clear(t.outsiders)
	if t.epoll != nil {
		go t.epoll.Close() // it waits for awaitOutsiders, which may wait for the lock
		t.epoll = nil
	}
	if t.looking != nil {
		close(t.looking)
		t.looking = nil
	}
}

// outsideDeaths are the inits that have ended and were no children. Nobody knows their statuses, but one that ended by
// itself has left nothing. What a killed one has left went to another process than this manager, which could not tell
// its end: it is ended.
func (t *Table) outsideDeaths() []death {
	var deaths []death
	for _, pid := range t.departed {
		d := death{pid: pid}
		if tr := t.inits[pid]; tr != nil && tr.phase == running {
			tr.outside, d.status = true, ExitStatus(unix.SIGKILL) // nothing else ends an init that has a child
			if !tr.settled {
				endSession(tr.main)
			}
		}
		deaths = append(deaths, d)
	}
	t.departed = nil
	return deaths
}

// endSession kills what is left of the session that a main process has begun.
func endSession(session int) {
	const most = 64
	for range most {
		left := false
		for _, p := range everyProcess() {
			if p.Session == session && p.Alive() {
				left = true
				_ = unix.Kill(p.PID, unix.SIGKILL)
			}
		}
		if !left {
			return
		}
	}
}

// killInit ends the init of a tree that has namespaces of its own.
func (t *Table) killInit(tr *tree) {
	if o := t.outsiders[tr.init]; o != nil && o.pidfd != closed {
		_ = unix.PidfdSendSignal(o.pidfd, unix.SIGKILL, nil, 0)
		return
	}
	if p, err := procfs.Stat(tr.init); err == nil && p.Alive() {
		_ = unix.Kill(tr.init, unix.SIGKILL) // a child has not been collected, so the pid is its own
	}
}

package socket

import (
	"testing"

	"golang.org/x/sys/unix"
)

// A worker with an event loop has made its socket non-blocking, and stands still if it blocks all of a sudden.
func TestAdoptedSocketsStayAsTheirWorkersNeedThem(t *testing.T) {
	g := openGroup(t, loopback(t), 2)
	for slot, nonblocking := range []bool{true, false} {
		if err := unix.SetNonblock(int(g.File(slot).Fd()), nonblocking); err != nil {
			t.Fatal(err)
		}
	}
	saved, ok := g.Save()
	if !ok {
		t.Fatal("it is being changed")
	}
	own, err := g.Own().File()
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	copied := func(fd uintptr) int {
		fresh, err := unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		return fresh
	}
	before := descriptors(t)
	adopted, err := AdoptGroup(g.Address(), g.options, saved, copied(own.Fd()), []int{copied(g.File(0).Fd()), copied(g.File(1).Fd())})
	if err != nil {
		t.Fatal(err)
	}
	if now := descriptors(t); now != before+3 {
		t.Errorf("%d files are open after %d, for three sockets", now, before)
	}
	for slot, want := range []bool{true, false} {
		fd := adopted.File(slot).Fd()
		flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
		if err != nil || (flags&unix.O_NONBLOCK != 0) != want {
			t.Errorf("slot %d is non-blocking %v, %v; want %v", slot, flags&unix.O_NONBLOCK != 0, err, want)
		}
		if flags, err := unix.FcntlInt(fd, unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
			t.Errorf("slot %d is not close-on-exec: %v", slot, err)
		}
	}
	mustSteer(t, adopted, 1)
	if waiting, _, err := adopted.Queue(1); waiting != 0 || err != nil {
		t.Errorf("in the queue of slot 1 wait %d, %v", waiting, err)
	}
	if err := adopted.Close(); err != nil {
		t.Error(err)
	}
	if now := descriptors(t); now != before {
		t.Errorf("%d files are open in the end", now)
	}
}

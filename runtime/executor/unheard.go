package executor

import (
	"golang.org/x/sys/unix"

	"unitd/runtime/notify"
	"unitd/units"
)

// What programs say while no manager lives waits in the notify socket, if somebody has that open: the process that keeps
// sockets, for some seconds. After that nobody may be about to come, and whoever goes on talking would wait for room in a queue
// that nobody reads (net.unix.max_dgram_qlen of unix(7), 10 messages as a rule).

// unheard is a copy of the notify socket; fd -1: there is none.
type unheard struct {
	fd    int
	place *notify.Place
}

func (u unheard) close() {
	if u.fd >= 0 {
		closeSocket(u.fd)
	}
}

// unheard gives a copy of the notify socket, where somebody speaks who is listened for, or it costs no process more. It holds
// keepLock.
func (x *Executor) unheard(free bool) unheard {
	none := unheard{fd: -1}
	if !free && !x.anySpeaks() {
		return none
	}
	var fd int
	var err error
	place := x.saidAt
	switch {
	case x.receiver != nil:
		fd, err = x.receiver.Copy()
		place = notify.PlaceOf(x.NotifySocket())
	case x.said >= 0:
		fd, err = unix.FcntlInt(uintptr(x.said), unix.F_DUPFD_CLOEXEC, 0)
	default:
		return none
	}
	if err != nil {
		x.config.Logger.Warn("what programs say would be lost if the manager were killed", "error", err)
		return none
	}
	return unheard{fd, &place}
}

// speaks reports a program whose messages decide something: that it is ready, or alive.
func speaks(p *units.Process) bool {
	return p.Type == units.TypeNotify || p.Type == units.TypeNotifyReload || p.Watchdog > 0
}

func (x *Executor) anySpeaks() bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, r := range x.runs {
		if r.speaks {
			return true
		}
	}
	return false
}

// takeUnheard takes the notify socket of the manager before this one, if it is kept still.
func (x *Executor) takeUnheard(kept Kept, at int) {
	if kept.Notify == nil || *kept.Notify == (notify.Place{}) {
		return
	}
	if fd, ok := x.trees.TakeBrief(kept.Keeper, at); ok {
		x.said, x.saidAt = fd, *kept.Notify
	}
}

// Unheard gives the notify socket of the manager before this one, in which messages may wait, and the file that it is bound to;
// -1: there is none. It is called once, and the caller owns what it gets.
func (x *Executor) Unheard() (fd int, at notify.Place) {
	x.keepLock.Lock()
	defer x.keepLock.Unlock()
	fd, x.said = x.said, -1
	return fd, x.saidAt
}

// KeepUnheard has the notify socket kept from now on, and is called again when that is another one.
func (x *Executor) KeepUnheard(r *notify.Receiver) {
	x.keepLock.Lock()
	defer x.keepLock.Unlock()
	x.receiver = r
	x.keepSoon()
}

func samePlace(a, b *notify.Place) bool { return a == b || a != nil && b != nil && *a == *b }

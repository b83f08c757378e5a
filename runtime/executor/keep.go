package executor

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"unitd/runtime/notify"
	"unitd/runtime/process"
	"unitd/units"
)

// A process of a few KiB keeps every listening socket open beside this one (process.Keep), so that none closes, and
// nobody who waits in a queue is refused, when this manager dies; what programs have stored; the FIFOs of output, so that what
// a program printed last stays though it has ended; and for a moment the notify socket (unheard.go). Another takes its place
// when there are other sockets: soon after one was opened, and before one is closed, since that one would go on listening
// else.

// keepPause is how long openings are gathered, storePause how long what programs store is, since they may do so all the
// time.
const (
	keepPause  = 20 * time.Millisecond
	storePause = 100 * time.Millisecond
)

// Kept is the process that keeps files, and which they are, in the order of its descriptors: sockets by their names, then
// those that are stored.
type Kept struct {
	process.Keeper
	Names  []string
	Stored []KeptFile    `json:",omitempty"`
	Notify *notify.Place `json:",omitempty"` // the notify socket is kept for a moment, behind all others; nil: it is not
}

// KeptFile is a stored file; At counts the descriptors behind the sockets.
type KeptFile struct {
	notify.Owner
	notify.Stored
	At int
}

// storedCount is how many descriptors the stored files are.
func (k Kept) storedCount() int {
	count := 0
	for _, s := range k.Stored {
		count = max(count, s.At+1)
	}
	return count
}

// keeping is what is kept at present. Its lock is held while sockets are closed, too.
type keeping struct {
	now    Kept
	inodes []uint64
	soon   chan struct{} // has a value while a change is awaited
}

// socketRef is one open socket.
type socketRef struct {
	name  string
	fd    int
	inode uint64
}

// keepSoon has the sockets that are open in a moment kept.
func (x *Executor) keepSoon() { x.keepIn(keepPause) }

func (x *Executor) keepIn(pause time.Duration) {
	select {
	case x.keeping.soon <- struct{}{}:
	default:
		return
	}
	x.beside.Go(func() {
		select {
		case <-time.After(pause):
		case <-x.ctx.Done():
		}
		<-x.keeping.soon
		x.keepNow()
	})
}

// keepNow has the sockets that are open kept.
func (x *Executor) keepNow() {
	x.keepLock.Lock()
	defer x.keepLock.Unlock()
	if x.ctx.Err() == nil {
		x.keep(nil)
	}
}

// letGo has those sockets of a unit kept no more that are about to be closed. They are closed before done is called.
func (x *Executor) letGo(unit units.ID, closes func(l listener, slot int) bool) (done func()) {
	x.keepLock.Lock()
	x.keep(func(id units.ID, l listener, slot int) bool { return id == unit && closes(l, slot) })
	return x.keepLock.Unlock
}

// ownSlot stands for the manager's own socket of a group, and for the only one of a single listener.
const ownSlot = -1

// keepable lists all open sockets but those that are left out, FIFOs, and what is stored, with their numbers and inodes. What
// is stored stays open until held is released; those of FIFOs are copies, for letCopiesGo.
func (x *Executor) keepable(without func(units.ID, listener, int) bool) (all Kept, fds []int, inodes []uint64, held *notify.Passed) {
	var refs []socketRef
	for _, h := range x.allHoldings() {
		refs = append(refs, h.sockets(without)...)
	}
	refs = append(refs, x.own.sockets()...)
	for _, fifo := range x.capture.Held() {
		refs = append(refs, socketRef{outputKey + fifo.Name, fifo.FD, inodeOf(fifo.FD)})
	}
	slices.SortFunc(refs, func(a, b socketRef) int { return cmp.Compare(a.name, b.name) })
	for _, ref := range refs {
		all.Names, fds, inodes = append(all.Names, ref.name), append(fds, ref.fd), append(inodes, ref.inode)
	}
	every, held := x.files.Every()
	for _, file := range every {
		at := slices.Index(fds[len(refs):], file.FD)
		if at < 0 {
			at = len(fds) - len(refs)
			fds, inodes = append(fds, file.FD), append(inodes, inodeOf(file.FD))
		}
		all.Stored = append(all.Stored, KeptFile{file.Owner, file.Stored, at})
	}
	return all, fds, inodes, held
}

// keep has all open sockets kept but those that are left out, unless it is so already.
func (x *Executor) keep(without func(units.ID, listener, int) bool) {
	next, fds, inodes, held := x.keepable(without)
	defer held.Release()
	defer next.letCopiesGo(fds)
	said := x.unheard(len(fds) > 0)
	defer said.close()
	next.Notify = said.place
	k := &x.keeping
	if samePlace(next.Notify, k.now.Notify) && slices.Equal(next.Names, k.now.Names) && slices.Equal(next.Stored, k.now.Stored) && slices.Equal(inodes, k.inodes) && (len(fds) == 0 && said.fd < 0 || x.trees.Kept(k.now.Keeper)) {
		return
	}
	before := k.now
	k.now, k.inodes = Kept{}, nil
	if len(fds) > 0 || said.fd >= 0 {
		var err error
		if next.Keeper, err = x.trees.Keep(rand.Uint64(), fds, said.fd); err != nil {
			x.config.Logger.Warn("sockets would close if the manager were killed", "error", err)
		} else {
			k.now, k.inodes = next, inodes
		}
	}
	x.config.Keep(k.now)
	if before.PID != 0 {
		x.trees.Drop(before.Keeper)
	}
}

// outputKey is what the names of FIFOs begin with among those of sockets.
const outputKey = "output "

// letCopiesGo closes the copies of FIFOs among what keepable has listed.
func (k Kept) letCopiesGo(fds []int) {
	for i, name := range k.Names {
		if strings.HasPrefix(name, outputKey) {
			closeSocket(fds[i])
		}
	}
}

// sockets are the open ones of a holding.
func (h *holding) sockets(without func(units.ID, listener, int) bool) []socketRef {
	h.mu.Lock()
	defer h.mu.Unlock()
	var refs []socketRef
	add := func(l listener, slot int, suffix string, fd int) {
		if fd < 0 || without != nil && without(h.unit, l, slot) {
			return
		}
		if inode := inodeOf(fd); inode != 0 {
			refs = append(refs, socketRef{heldListener{Spec: l.spec}.key(h.unit) + suffix, fd, inode})
		}
	}
	for _, l := range h.listeners {
		if l.group == nil {
			add(l, ownSlot, "", int(l.single.File().Fd()))
			continue
		}
		own, slots := l.group.Descriptors()
		add(l, ownSlot, ownSocket, own)
		for slot, fd := range slots {
			add(l, slot, slotSocket(slot), fd)
		}
	}
	return refs
}

// inodeOf tells open files apart; 0: there is none of this number.
func inodeOf(fd int) uint64 {
	var stat unix.Stat_t
	if unix.Fstat(fd, &stat) != nil {
		return 0
	}
	return stat.Ino
}

// unkeep lets everything go.
func (x *Executor) unkeep() {
	x.keepLock.Lock()
	defer x.keepLock.Unlock()
	if x.keeping.now.PID != 0 {
		x.trees.Drop(x.keeping.now.Keeper)
		x.keeping.now, x.keeping.inodes = Kept{}, nil
	}
}

package socket

import (
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// skMeminfoDrops is the place of the drops in what SO_MEMINFO gives: SK_MEMINFO_DROPS of linux/sock_diag.h.
const (
	skMeminfoDrops = 8
	skMeminfoVars  = 9
)

// Deferral is how long a connection to a slot that is counted waits at most for its first data before it gets into the
// queue without: the first timeout of a handshake, RFC 6298 section 2, and a bit.
const Deferral = 1200 * time.Millisecond

// Count tells how many connections have come to slot since it was counted for the first time. A queue that overflows
// makes the number larger.
//
// Nothing counts for anybody what a socket has accepted. But a socket with TCP_DEFER_ACCEPT, see tcp(7), does not take
// the ACK that ends a handshake: it waits for the first data, and that ACK counts as dropped, which SO_MEMINFO tells
// (Linux 4.12 and later). So from the first Count on, a connection comes into the queue with its first data, or without
// any after a second: who waits for the server to speak first waits that much longer.
func (g *Group) Count(slot int) (connections uint32, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	fd, err := g.fd(slot)
	if err != nil {
		return 0, err
	}
	const atLeast = 1 // second
	g.counts = true
	if err := setOption(fd, unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, atLeast); err != nil {
		return 0, fmt.Errorf("count the connections of slot %d of %s: %w", slot, g.address, err)
	}
	drops, err := dropsOf(fd)
	if err != nil {
		return 0, fmt.Errorf("count the connections of slot %d of %s: %w", slot, g.address, err)
	}
	return drops, nil
}

// Latecomers is for how long somebody may still get into the queue of a slot that is not steered to any more, besides a
// handshake that is just under way.
func (g *Group) Latecomers() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.counts {
		return Deferral
	}
	return 0
}

// dropsOf is how many packets a socket has not taken.
func dropsOf(fd int) (uint32, error) {
	var memory [skMeminfoVars]uint32
	size := uint32(unsafe.Sizeof(memory))
	_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&memory)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 {
		return 0, os.NewSyscallError("getsockopt", errno)
	}
	return memory[skMeminfoDrops], nil
}

package executor

import (
	"maps"

	"golang.org/x/sys/unix"

	"unitd/policy/lifecycle"
)

// maxBarriers bounds the barriers that are open at once, since each holds a file descriptor. One more is let
// pass at once.
const maxBarriers = 16

// barrier is a process that waits until all its messages have been taken in: it waits for its fd to be closed
// (sd_notify_barrier(3)).
type barrier struct {
	fd    int
	token uint64
}

// await sends a barrier the way that the messages before it have gone.
func (x *Executor) await(r *run, token uint64, fds []int) {
	x.mu.Lock()
	open := x.runs[token] == r && len(x.barriers) < maxBarriers && len(fds) == 1
	if open {
		x.lastBarrier++
		x.barriers[x.lastBarrier] = barrier{fds[0], token}
	}
	number := x.lastBarrier
	x.mu.Unlock()
	if !open {
		closeFDs(fds)
		return
	}
	x.say(r, lifecycle.Event{Kind: lifecycle.Barrier, Worker: r.worker, Run: token, Barrier: number})
}

// pass lets go whoever waits behind a barrier.
func (x *Executor) pass(number uint64) {
	x.passAll(func(n uint64, _ barrier) bool { return n == number })
}

func (x *Executor) passAll(which func(uint64, barrier) bool) {
	var fds []int
	x.mu.Lock()
	maps.DeleteFunc(x.barriers, func(n uint64, b barrier) bool {
		if !which(n, b) {
			return false
		}
		fds = append(fds, b.fd)
		return true
	})
	x.mu.Unlock()
	closeFDs(fds)
}

func closeFDs(fds []int) {
	for _, fd := range fds {
		_ = unix.Close(fd) // the number is free afterwards whatever close says
	}
}

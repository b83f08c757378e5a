package main

import (
	"fmt"
	"os"
	"os/signal"
	"sync"

	"golang.org/x/sys/unix"
)

// reserved is how many threads are made at the start, beside the first and the four that the runtime itself needs
// (two for signals, a monitor, one to make threads): it makes eight in all, which is what a busy manager was seen
// to use.
const reserved = 3

// reserveThreads makes the threads of a busy manager while there is room for them. The Go runtime starts a thread
// when one is blocked in a system call, keeps it for ever, and ends the program when the kernel refuses it one:
// without this a unit that uses up the processes of the account (RLIMIT_NPROC, see setrlimit(2)) would take the
// manager with it.
func reserveThreads(n int) error {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, unix.SIGCHLD) // makes the runtime's threads for signals
	signal.Stop(signals)
	var ends [2]int
	if err := unix.Pipe2(ends[:], unix.O_CLOEXEC); err != nil {
		return fmt.Errorf("reserve threads: %w", os.NewSyscallError("pipe", err))
	}
	var blocking, ended sync.WaitGroup
	for range n {
		blocking.Add(1)
		ended.Go(func() {
			blocking.Done()
			// A read that blocks outside of the runtime's poller holds its thread until the other end is closed.
			for {
				if _, err := unix.Read(ends[0], make([]byte, 1)); err != unix.EINTR {
					return
				}
			}
		})
	}
	blocking.Wait()
	err := unix.Close(ends[1])
	ended.Wait()
	if second := unix.Close(ends[0]); err == nil {
		err = second
	}
	return os.NewSyscallError("close", err)
}

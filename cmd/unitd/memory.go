package main

import (
	"bufio"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// The manager shares an account of 1 GiB and 100 threads with what it runs, and sits there for months. Three
// things keep it small: few threads, a heap that is collected early, and pages given back after loading.

// How far the heap may grow, in percent of what is in use, before it is collected: at first, for what loading and
// booting leave behind is given back soon, and from then on. At the boot of a chain of 50 units 50 was measured to cost a
// tenth of its time beside 100; 200 is no faster there, and leaves a manager of 500 units 1 MiB larger for good: what
// stays lies scattered among what was thrown away, and keeps its pages. So the boot of many units, whose time goes into
// starting them, has the smaller growth as soon as they are loaded, which was measured to save half a MiB.
const (
	growthAtBoot = 100
	growth       = 50
	manyUnits    = 200
)

// frugal bounds threads and heap.
func frugal() {
	// The loop is one goroutine and the rest waits in system calls: a second processor was measured to cost two
	// threads and a fifth of the speed of a boot.
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(growthAtBoot)
	debug.SetMemoryLimit(64 << 20)
}

// frugalBoot bounds the heap while as many units boot.
func frugalBoot(units int) {
	if units > manyUnits {
		debug.SetGCPercent(growth)
	}
}

// giveBack returns the memory that only loading needed: the heap's, and that of the program's own file, whose
// code for reading HCL and for wiring is not used again for long. Pages that are needed come back from the
// page cache one by one (madvise(2), MADV_DONTNEED on a private file mapping).
func giveBack() error {
	debug.SetGCPercent(growth)
	debug.FreeOSMemory()
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return err
	}
	defer maps.Close()
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) != 6 || fields[5] != self || strings.Contains(fields[1], "w") {
			continue
		}
		from, to, _ := strings.Cut(fields[0], "-")
		begin, errBegin := strconv.ParseUint(from, 16, 64)
		end, errEnd := strconv.ParseUint(to, 16, 64)
		if errBegin != nil || errEnd != nil {
			continue
		}
		if _, _, errno := unix.Syscall(unix.SYS_MADVISE, uintptr(begin), uintptr(end-begin), unix.MADV_DONTNEED); errno != 0 {
			return errno
		}
	}
	return lines.Err()
}

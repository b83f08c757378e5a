package executor

import "slices"

// exitFiles hands out the names of exit files: the smallest number that no living process tree has. The files
// stay and are used again, since making a file costs more than the whole rest of a spawn on many file systems.
type exitFiles struct {
	next int
	free []int // sorted
}

func (f *exitFiles) take() int {
	if len(f.free) > 0 {
		n := f.free[0]
		f.free = f.free[1:]
		return n
	}
	f.next++
	return f.next
}

func (f *exitFiles) release(n int) {
	at, _ := slices.BinarySearch(f.free, n)
	f.free = slices.Insert(f.free, at, n)
}

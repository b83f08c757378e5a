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

// reserve takes a number that a tree of an earlier manager has.
func (f *exitFiles) reserve(n int) {
	for f.next < n {
		f.next++
		f.free = append(f.free, f.next)
	}
	if at, there := slices.BinarySearch(f.free, n); there {
		f.free = slices.Delete(f.free, at, at+1)
	}
}

func (f *exitFiles) release(n int) {
	if n == 0 {
		return // that of a run which has none
	}
	at, _ := slices.BinarySearch(f.free, n)
	f.free = slices.Insert(f.free, at, n)
}

package process

import (
	"maps"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"
)

// Whatever numbers files have in the manager, the child finds each under its own, and no other one is lost on the way.
func TestMoves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		files := rapid.SliceOfN(rapid.Map(rapid.IntRange(-1, 20), func(n int) uintptr { return uintptr(n) }), 1, 12).Draw(t, "files")
		open := map[int]int{} // what a file is, by its number: the one that the manager has open there
		for n := range 21 {
			open[n] = n
		}
		onExec := maps.Clone(open)
		for _, m := range movesTo(files) {
			if m.from == m.to {
				t.Fatalf("dup3(%d, %d) fails", m.from, m.to)
			}
			if m.from < 0 {
				delete(open, m.to)
				continue
			}
			if _, there := open[m.from]; !there {
				t.Fatalf("%d is not open", m.from)
			}
			open[m.to] = open[m.from]
			if onExec[m.to] = m.to; m.flags&unix.O_CLOEXEC == 0 {
				delete(onExec, m.to)
			}
		}
		for n := range onExec {
			delete(open, n)
		}
		want := map[int]int{}
		for to, file := range files {
			if int(file) >= 0 {
				want[to] = int(file)
			}
		}
		if !maps.Equal(open, want) {
			t.Errorf("the child has %v, want %v", sortedNumbers(open), want)
		}
	})
}

func sortedNumbers(open map[int]int) []int { return slices.Sorted(maps.Keys(open)) }

package process

import (
	"os"
	"slices"
	"testing"
)

// Both ways to find children find the same.
func TestChildren(t *testing.T) {
	b := newBench(t)
	token, init := b.spawn(b.shell("sleep 1000 & sleep 1000 & sleep 1000 & wait"))
	main := b.started(token).PID
	eventually(t, "three sleepers", func() bool { return len(children(main, 2)) == 3 })
	var byParent []int
	for _, m := range childrenByParent(main) {
		byParent = append(byParent, m.PID)
	}
	byFile := children(main, 2)
	slices.Sort(byParent)
	slices.Sort(byFile)
	if !slices.Equal(byParent, byFile) {
		t.Errorf("by parent %v, by file %v", byParent, byFile)
	}
	if got := children(os.Getpid(), 2); !slices.Equal(got, []int{init}) {
		t.Errorf("children of the manager %v, want %d", got, init)
	}
}

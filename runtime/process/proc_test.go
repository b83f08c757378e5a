package process

import (
	"os"
	"slices"
	"testing"
)

func TestParseStat(t *testing.T) {
	const tail = "4 3 2 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 100 1000\n"
	for name, c := range map[string]struct {
		stat string
		want member
	}{
		"plain":               {"7 (sh) S " + tail, member{7, 4, 3, 2, 1, true}},
		"name with brackets":  {"7 (a) Z 9 (b) R " + tail, member{7, 4, 3, 2, 1, true}},
		"zombie":              {"7 (sh) Z " + tail, member{7, 4, 3, 2, 1, false}},
		"zombie with threads": {"7 (sh) Z 4 3 2 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 5 0 100\n", member{7, 4, 3, 2, 5, true}},
	} {
		if got, err := parseStat(7, []byte(c.stat)); err != nil || got != c.want {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	for _, bad := range []string{"", "7 (sh)", "7 (sh) S 1 2", "7 (sh) S x " + tail} {
		if got, err := parseStat(7, []byte(bad)); err == nil {
			t.Errorf("%q: got %+v", bad, got)
		}
	}
}

// Both ways to find children find the same.
func TestChildren(t *testing.T) {
	b := newBench(t)
	token, init := b.spawn(b.shell("sleep 1000 & sleep 1000 & sleep 1000 & wait"))
	main := b.started(token).PID
	eventually(t, "three sleepers", func() bool { return len(children(main, 2)) == 3 })
	var byParent []int
	for _, m := range childrenByParent(main) {
		byParent = append(byParent, m.pid)
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

package process

import (
	"os"
	"testing"
)

// Who asks for something is none of a unit only where that is certain.
func TestForeign(t *testing.T) {
	b := newBench(t)
	token, init := b.spawn(b.shell("setsid env -i sleep 1000 & exec sleep 1000"))
	main := b.started(token).PID
	daemon := b.other(token)
	ended, _ := b.spawn(b.spec("exit", "0"))
	b.empty(ended)
	const nobody = 0 // what the kernel calls a process that is in no namespace below this one
	for name, c := range map[string]struct {
		pid     int
		foreign bool
	}{
		"the manager": {os.Getpid(), true}, "its parent": {os.Getppid(), true}, "the host's init": {1, true}, "another namespace": {nobody, true},
		"a program": {main, false}, "its daemon": {daemon, false}, "its init": {init, false}, "one that has ended": {b.started(ended).PID, false},
	} {
		if got := b.Foreign(c.pid); got != c.foreign {
			t.Errorf("%s (pid %d): %v", name, c.pid, got)
		}
		if _, found := b.Lookup(c.pid); found && c.foreign {
			t.Errorf("%s (pid %d) is of a tree", name, c.pid)
		}
	}
}

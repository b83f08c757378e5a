package process

import (
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"unitd/internal/golden"
)

// What a guard does is a value like every other start; that it does it is shown by test/script/guard.txtar.
func TestGuardScript(t *testing.T) {
	g := Guard{
		Args: []string{"/opt/unitd", "--units", "/u"}, Env: []string{"UNITD_GUARD=1", "SECRET=x"}, Log: "/state/log/unitd.log",
		Core: &Rlimit{unix.RLIMIT_CORE, 0, 1 << 20}, Pause: 1500 * time.Millisecond,
	}
	openFiles := Rlimit{unix.RLIMIT_NOFILE, 1024, 4096}
	golden.Compare(t, filepath.Join("testdata", "guard.txt"), g.compile(false, openFiles).String())
	if visible := g.compile(true, openFiles); len(visible.Ops) != len(g.compile(false, openFiles).Ops)-1 {
		t.Errorf("where /proc hides who hides, it hides all the same:\n%s", visible)
	}
}

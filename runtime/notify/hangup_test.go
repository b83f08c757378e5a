package notify

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// watchers counts the epoll instances of this process, that of the runtime included.
func watchers(t *testing.T) (n int) {
	t.Helper()
	for _, number := range numbers(t) {
		if target, err := os.Readlink("/proc/self/fd/" + number); err == nil && target == "anon_inode:[eventpoll]" {
			n++
		}
	}
	return n
}

func TestStoreForgetsWhatHangsUp(t *testing.T) {
	s := newShop(t)
	before := watchers(t)
	polled, polledOther := end(t)
	kept, keptOther := end(t)
	s.add(api, "polled", true, polled)
	s.add(api, "kept", false, kept)
	if n := watchers(t); n != before+1 {
		t.Errorf("%d watchers, want one more than %d", n, before)
	}
	text, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	s.add(api, "file", true, copyOf(t, int(text.Fd())))
	text.Close()
	told := s.told(api)
	if _, err := polledOther.WriteString("it is in use"); err != nil {
		t.Fatal(err)
	}
	gone, goneOther := end(t)
	goneOther.Close() // before it is stored
	s.add(api, "gone", true, gone)
	eventually(t, "what was gone is forgotten", func() bool { return s.names(api) == "polled kept file" })
	eventually(t, "it is told twice of a file that came and went", func() bool { return s.told(api) == told+2 })
	passed, _ := s.Pass(api, 100)
	keptOther.Close()
	polledOther.Close()
	eventually(t, "what hung up is forgotten", func() bool { return s.names(api) == "kept file" })
	eventually(t, "nothing is watched", func() bool { return watchers(t) == before })
	if n, err := unix.Read(passed.FDs[0], make([]byte, 100)); n != len("it is in use") || err != nil {
		t.Errorf("what is being passed: read %d, %v", n, err)
	}
	passed.Release()
}

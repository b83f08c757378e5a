package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A socket at which nobody can be accepted is refused before anything relies on it.
func TestGiven(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	for _, c := range []struct {
		what    string
		kind    int
		listens bool
		wants   string
	}{
		{"stream socket that listens", unix.SOCK_STREAM, true, ""},
		{"stream socket that does not", unix.SOCK_STREAM, false, "ListenStream="},
		{"socket of packets", unix.SOCK_SEQPACKET, true, "ListenStream="},
		{"datagram socket", unix.SOCK_DGRAM, false, "ListenStream="},
		{"file", 0, false, "ListenStream="},
	} {
		fd, err := unix.Open(os.DevNull, unix.O_RDONLY, 0)
		if c.kind != 0 {
			_ = unix.Close(fd)
			fd, err = unix.Socket(unix.AF_UNIX, c.kind, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
		if c.kind != 0 {
			_ = os.Remove(path)
			if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
				t.Fatal(err)
			}
		}
		if c.listens {
			if err := unix.Listen(fd, 1); err != nil {
				t.Fatal(err)
			}
		}
		l, err := Given(os.NewFile(uintptr(fd), path), path, 0o700)
		if got := err != nil; got != (c.wants != "") || got && !strings.Contains(err.Error(), c.wants) {
			t.Errorf("%s: %v, want %q", c.what, err, c.wants)
		}
		if l != nil {
			_ = l.Close()
		}
	}
}

package journal

import (
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A full disk is played by the file size limit of this process.
func TestOwnLogSaysWhatItDropped(t *testing.T) {
	path := t.TempDir() + "/unitd.log"
	log, err := OpenOwn(path)
	if err != nil {
		t.Fatal(err)
	}
	write := func(line string) {
		t.Helper()
		if n, err := log.Write([]byte(line)); n != len(line) || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	}
	write("one\n")
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: uint64(sizeOf(path)) + 2, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	write("dropped\n")
	write("dropped, too\n")
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	write("two\n")
	lines := strings.Split(content(t, path), "\n")
	if len(lines) != 4 || lines[0] != "one" || lines[2] != "two" ||
		!strings.Contains(lines[1], `msg="lines of this log were dropped" lines=2 bytes=21 error="write `) {
		t.Errorf("%q", lines)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	write("three\n")
	if got := content(t, path); got != "three\n" {
		t.Errorf("after a removal: %q", got)
	}
}

package journal

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestWriterOnAFullDisk(t *testing.T) {
	path := t.TempDir() + "/log.x"
	w, at := NewWriter(), time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	write := func(lines ...string) {
		var all [][]byte
		for _, line := range lines {
			all = append(all, []byte(line))
		}
		w.Write(path, at, Stdout, all)
	}
	write("one", "two")
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	// As on a full disk some bytes still fit.
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: uint64(sizeOf(path) + 20), Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	write("three")
	write("four", "five")
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	if got := content(t, path); strings.Count(got, "\n") != 2 || !strings.HasSuffix(got, "two\n") {
		t.Errorf("half a line is left: %q", got)
	}
	write("six")
	want := "2026-05-01T10:00:00.000000Z stdout one\n2026-05-01T10:00:00.000000Z stdout two\n" +
		"2026-05-01T10:00:00.000000Z unitd 3 lines of 16 bytes could not be written: write " + path + ": file too large\n" +
		"2026-05-01T10:00:00.000000Z stdout six\n"
	if got := content(t, path); got != want {
		t.Errorf("got %q", got)
	}
}

// A log that is removed or replaced is there again with the next line.
func TestWriterOfALogThatIsReplaced(t *testing.T) {
	path := t.TempDir() + "/log/log.x"
	w := NewWriter()
	for n, spoil := range []func() error{
		func() error { return os.Remove(path) },
		func() error { return os.Rename(path, path+".old") },
		func() error { return os.RemoveAll(filepath.Dir(path)) },
		func() error { return os.Truncate(path, 0) },
	} {
		w.Write(path, time.Now(), Stderr, [][]byte{[]byte("lost")})
		if err := spoil(); err != nil {
			t.Fatal(err)
		}
		w.Write(path, time.Now(), Stderr, [][]byte{fmt.Appendf(nil, "line %d", n)})
		lines, err := NewLogs().LastLines(path, oldest, 1)
		if err != nil || !slices.Equal(lines, []string{fmt.Sprintf("line %d", n)}) {
			t.Errorf("%d: %q, %v", n, lines, err)
		}
	}
}

func TestRecall(t *testing.T) {
	path := t.TempDir() + "/log.x"
	w, at := NewWriter(), time.Now()
	if lines, err := NewLogs().Recall(path, Stdout, 3); len(lines) > 0 || err != nil {
		t.Errorf("of no log: %q, %v", lines, err)
	}
	for n := range 5 {
		w.Write(path, at, Stdout, [][]byte{fmt.Appendf(nil, "out %d", n)})
		w.Write(path, at, Manager, [][]byte{[]byte("something")})
	}
	whole := content(t, path)
	add(t, path, "2026-05-01T10:00:00.000000Z stdo")
	lines, err := NewLogs().Recall(path, Stdout, 3)
	if err != nil || !slices.Equal(lines, []string{"out 2", "out 3", "out 4"}) {
		t.Errorf("%q, %v", lines, err)
	}
	if content(t, path) != whole {
		t.Error("half a line is left")
	}
}

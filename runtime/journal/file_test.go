package journal

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func content(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// add appends text to a file as a program would.
func add(t *testing.T, path, text string) {
	t.Helper()
	file, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := file.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

func TestOpenAppends(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log", "app.api.log")
	one, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Close()
	two, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	for _, file := range []*os.File{one, two, one} {
		if _, err := file.WriteString("line\n"); err != nil {
			t.Fatal(err)
		}
	}
	if got := content(t, path); got != "line\nline\nline\n" || sizeOf(path) != 15 {
		t.Errorf("the file holds %q, size %d", got, sizeOf(path))
	}
	stat, err := os.Stat(path)
	if err != nil || stat.Mode() != 0o600 {
		t.Errorf("mode %v, %v", stat.Mode(), err)
	}
	flags, err := unix.FcntlInt(one.Fd(), unix.F_GETFL, 0)
	if err != nil || flags&unix.O_NONBLOCK != 0 || flags&unix.O_APPEND == 0 {
		t.Errorf("flags %#x, %v: want O_APPEND without O_NONBLOCK", flags, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	directory := t.TempDir()
	symlink, fifo, file := directory+"/symlink", directory+"/fifo", directory+"/file"
	if err := os.Symlink(directory+"/target", symlink); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	add(t, file, "")
	for path, want := range map[string]string{
		symlink:     "open log " + symlink + ": it is a symlink: remove it or name its target",
		fifo:        "open log " + fifo + ": it is no regular file: remove it or choose another",
		"/dev/null": "open log /dev/null: it is no regular file: remove it or choose another",
		directory:   "open log " + directory + ": is a directory",
	} {
		if opened, err := Open(path); err == nil {
			opened.Close()
			t.Errorf("%s: no error", path)
		} else if err.Error() != want {
			t.Errorf("got  %q\nwant %q", err, want)
		}
	}
	if _, err := os.Stat(directory + "/target"); err == nil {
		t.Error("the symlink's target was made")
	}
	if _, err := Open(file + "/app.log"); err == nil {
		t.Error("a file as directory: no error")
	}
}

func TestSizeOfNothing(t *testing.T) {
	if got := sizeOf(t.TempDir() + "/no"); got != 0 {
		t.Error(got)
	}
}

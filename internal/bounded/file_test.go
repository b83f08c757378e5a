package bounded

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(
		os.WriteFile(at("file"), []byte("text"), 0o600), os.Symlink("file", at("link")), os.Symlink("/dev/zero", at("device")),
		unix.Mkfifo(at("fifo"), 0o600), os.WriteFile(at("hole"), nil, 0o600), os.Truncate(at("hole"), 1<<40),
	); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]error{
		"file": nil, "link": nil, "device": ErrIrregular, "fifo": ErrIrregular, ".": ErrIrregular, "hole": ErrTooLarge, "none": fs.ErrNotExist,
	} {
		content, err := ReadFile(at(name), 4)
		if !errors.Is(err, want) || err == nil && string(content) != "text" {
			t.Errorf("%s: %q, %v", name, content, err)
		}
	}
	if _, err := ReadFile(at("file"), 3); !errors.Is(err, ErrTooLarge) {
		t.Errorf("of more bytes than asked for: %v", err)
	}
}

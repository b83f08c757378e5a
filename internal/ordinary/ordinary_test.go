package ordinary

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestFind runs as whoever runs the tests: root gets another account, everybody else their own.
func TestFind(t *testing.T) {
	account, err := Find()
	if err != nil {
		t.Fatal(err)
	}
	if asRoot := os.Getuid() == 0; asRoot != (account.Credential != nil) || account.Name == "root" || account.Name == "" {
		t.Fatalf("uid %d gets %+v", os.Getuid(), account)
	}

	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := account.Give(dir); err != nil {
		t.Fatal(err)
	}
	want := uint32(os.Getuid())
	if account.Credential != nil {
		want = account.Credential.Uid
	}
	for _, path := range []string{dir, file} {
		var stat syscall.Stat_t
		if err := syscall.Stat(path, &stat); err != nil || stat.Uid != want {
			t.Fatalf("%s belongs to %d (%v), want %d", path, stat.Uid, err, want)
		}
	}
}

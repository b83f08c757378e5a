package stage

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Write puts a file with this mode below a home directory, and makes the directories above it. It returns its path.
func Write(t testing.TB, home, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(home, name)
	// Chmod: the umask would take from the mode.
	err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o600), os.Chmod(path, mode))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// BootText runs unitd with the units of a text, in a home directory of its own.
func BootText(t testing.TB, text string) *Manager {
	t.Helper()
	home := Home(t)
	Write(t, home, "units/units.hcl", text, 0o600)
	return Boot(t, Setting{Home: home, Units: filepath.Join(home, "units")})
}

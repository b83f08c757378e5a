package journal

import (
	"os"
	"testing"

	"unitd/internal/testuser"
)

func TestMain(m *testing.M) { os.Exit(testuser.Main(m)) }

// sizeOf is how large a file is, in bytes; 0 if there is no such file.
func sizeOf(path string) int64 {
	stat, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return stat.Size()
}

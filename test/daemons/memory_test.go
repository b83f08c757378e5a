package daemons

import (
	"cmp"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// A kill for want of memory is real here: the kernel makes it in a cgroup with a small limit. Only root may make one,
// so it is made before the tests drop its rights, in the hierarchy of cgroup v1: in one of v2 only root may move
// processes between cgroups that it has not delegated as a whole.

// The variables tell the tests of the cgroup, or why there is none.
const (
	memoryGroup   = "UNITD_TEST_MEMORY_CGROUP"
	noMemoryGroup = "UNITD_TEST_NO_MEMORY_CGROUP"
)

// memoryLimit holds unitd and an app, and not much more.
const memoryLimit = 192 << 20

// makeMemoryGroup makes the cgroup, where root may, and returns what removes it.
func makeMemoryGroup() (remove func()) {
	if os.Getuid() != 0 {
		return func() {}
	}
	dir, err := os.MkdirTemp("/sys/fs/cgroup/memory", "unitd-test-")
	if err == nil {
		err = cmp.Or(
			os.Chmod(dir, 0o755),
			os.WriteFile(filepath.Join(dir, "memory.limit_in_bytes"), []byte(strconv.Itoa(memoryLimit)), 0o600),
			os.Chmod(filepath.Join(dir, "cgroup.procs"), 0o666),
			os.Setenv(memoryGroup, dir),
		)
	}
	if err != nil {
		_ = os.Setenv(noMemoryGroup, err.Error()) // else the tests say less
	}
	return func() { os.Remove(dir) }
}

// littleMemory is the directory of a cgroup with little memory. Where there is none the test is skipped.
func littleMemory(t *testing.T) string {
	t.Helper()
	dir := os.Getenv(memoryGroup)
	if dir == "" {
		t.Skip("no cgroup with a limit of memory: " + cmp.Or(os.Getenv(noMemoryGroup), "only root can make one"))
	}
	return dir
}

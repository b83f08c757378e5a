package testuser

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// delegate makes a cgroup that belongs to the user as whom cmd runs, and starts cmd in it, as systemd does with
// Delegate=yes. Where that is not possible cmd runs without.
func delegate(cmd *exec.Cmd) (clean func()) {
	dir, err := makeCgroup(int(cmd.SysProcAttr.Credential.Uid), int(cmd.SysProcAttr.Credential.Gid))
	if err != nil {
		fmt.Fprintln(os.Stderr, "run tests without a delegated cgroup:", err)
		return func() {}
	}
	opened, err := os.Open(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "run tests without a delegated cgroup:", err)
		return func() { removeCgroup(dir) }
	}
	cmd.SysProcAttr.UseCgroupFD, cmd.SysProcAttr.CgroupFD = true, int(opened.Fd())
	return func() {
		opened.Close()
		removeCgroup(dir)
	}
}

func makeCgroup(uid, gid int) (string, error) {
	root := "/sys/fs/cgroup"
	if _, err := os.Stat(filepath.Join(root, "cgroup.procs")); err != nil {
		root = filepath.Join(root, "unified") // beside v1
	}
	if _, err := os.Stat(filepath.Join(root, "cgroup.procs")); err != nil {
		return "", err
	}
	dir := filepath.Join(root, "unitd-test-"+strconv.Itoa(os.Getpid()))
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	for _, name := range []string{".", "cgroup.procs", "cgroup.threads", "cgroup.subtree_control"} {
		if err := os.Chown(filepath.Join(dir, name), uid, gid); err != nil {
			removeCgroup(dir)
			return "", err
		}
	}
	return dir, nil
}

// removeCgroup ends what is left in a cgroup and those below it, and removes them.
func removeCgroup(dir string) {
	_ = os.WriteFile(filepath.Join(dir, "cgroup.kill"), []byte("1"), 0)
	const patience, pause = 2 * time.Second, 10 * time.Millisecond
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); <-time.After(pause) {
		var below []string
		_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				below = append(below, path)
			}
			return nil // what has gone meanwhile is gone
		})
		for _, path := range slices.Backward(below) {
			_ = os.Remove(path)
		}
		if _, err := os.Stat(dir); err != nil {
			return
		}
	}
	fmt.Fprintln(os.Stderr, "a cgroup of the tests is left:", dir)
}

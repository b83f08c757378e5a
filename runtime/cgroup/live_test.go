package cgroup

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"unitd/internal/testuser"
)

func TestMain(m *testing.M) { os.Exit(testuser.MainInCgroup(m)) }

// delegated opens the cgroup in which the tests run.
func delegated(t *testing.T) *Tree {
	t.Helper()
	dir, err := Own()
	if err != nil {
		t.Skip(err)
	}
	tree, err := Open(dir)
	if errors.Is(err, os.ErrPermission) {
		t.Skipf("the tests run in no cgroup that is delegated (as root they do, where there is cgroup v2): %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// With the real files of this kernel: a process that moves itself is in the cgroup with all that it starts, one write ends
// all of them, and nothing is left.
func TestRealCgroup(t *testing.T) {
	tree := delegated(t)
	if again, err := Own(); err != nil || again != filepath.Join(tree.Dir(), manager) {
		t.Errorf("the manager is in %s, %v", again, err)
	}
	leaf, err := tree.Enter("app.a", Limits{Memory: 64 << 20, Tasks: 20, CPU: 50})
	if err != nil {
		t.Fatal(err)
	}
	procs, err := leaf.Procs()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", "echo 0 >&3; exec 3>&-; (setsid sleep 1000 &); cat /proc/self/cgroup; echo ready; exec sleep 1000")
	cmd.ExtraFiles = []*os.File{procs}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	procs.Close()
	var said strings.Builder
	for buffer := make([]byte, 256); !strings.Contains(said.String(), "ready"); {
		n, err := out.Read(buffer)
		said.Write(buffer[:n])
		if err != nil {
			t.Fatal(err)
		}
	}
	if !strings.Contains(said.String(), "/"+prefix+"app.a\n") {
		t.Errorf("it is in\n%s", said.String())
	}
	if list, err := os.ReadFile(filepath.Join(leaf.dir, "cgroup.procs")); err != nil || len(strings.Fields(string(list))) != 2 {
		t.Errorf("in the cgroup are %q, %v", list, err)
	}
	if second, err := Open(tree.Dir()); err == nil || !strings.Contains(err.Error(), "another unitd uses it") {
		t.Errorf("two managers use one cgroup: %+v, %v", second, err)
	}
	// The next manager finds it, and goes on with what it takes over.
	if err := tree.Close(); err != nil {
		t.Fatal(err)
	}
	other, err := Open(filepath.Join(tree.Dir(), manager))
	if err != nil {
		t.Fatal(err)
	}
	if !other.Holds("app.a", cmd.Process.Pid) {
		t.Error("the next manager does not know whose it is")
	}
	rejoined, err := other.Rejoin("app.a", Limits{Memory: 64 << 20, Tasks: 20, CPU: 50})
	if err != nil {
		t.Fatal(err)
	}
	if list, err := os.ReadFile(filepath.Join(leaf.dir, "cgroup.procs")); err != nil || len(strings.Fields(string(list))) != 2 {
		t.Errorf("after it was taken over, in the cgroup are %q, %v", list, err)
	}
	rejoined.Leave()
	// Another that does not ends it before its unit starts.
	second, err := other.Enter("app.a", Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("it ended with %v", err)
	}
	if second.populated() {
		t.Error("something lives in it")
	}
	second.Leave()
	if err := other.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(leaf.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its cgroup is left: %v", err)
	}
}

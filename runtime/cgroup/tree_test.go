package cgroup

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOwn(t *testing.T) {
	const (
		v1    = "30 24 0:26 / /sys/fs/cgroup/memory rw shared:9 - cgroup cgroup rw,memory\n"
		v2    = "31 24 0:27 / /sys/fs/cgroup rw,nosuid shared:10 - cgroup2 cgroup2 rw,nsdelegate\n"
		mixed = "32 24 0:27 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 cgroup2 rw\n"
		part  = "33 24 0:27 /user.slice /here rw - cgroup2 cgroup2 rw\n"
	)
	for name, c := range map[string]struct{ memberships, mounts, want string }{
		"v2":                    {"0::/user.slice/a.service\n", v2, "/sys/fs/cgroup/user.slice/a.service"},
		"beside v1":             {"4:memory:/x\n0::/a b\n", v1 + mixed, "/sys/fs/cgroup/unified/a b"},
		"the root":              {"0::/\n", v2, "/sys/fs/cgroup"},
		"a part is mounted":     {"0::/user.slice/a\n", part, "/here/a"},
		"another part is":       {"0::/user.slices/a\n", part, ""},
		"it is not mounted":     {"0::/a\n", v1, ""},
		"no v2":                 {"4:memory:/x\n", v1 + v2, ""},
		"outside the namespace": {"0::/../a\n", v2, ""},
		"it leads out":          {"0::/a/../../..\n", v2, ""},
	} {
		if got, err := own(c.memberships, c.mounts); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v; want %q", name, got, err, c.want)
		}
	}
}

// fake is a directory laid out as the kernel does it, with the cgroups of these units.
func fake(t *testing.T, units ...string) string {
	t.Helper()
	dir := t.TempDir()
	lay := func(at string, files map[string]string) {
		if err := os.MkdirAll(filepath.Join(dir, at), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, at, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	lay(".", map[string]string{"cgroup.controllers": "cpuset cpu memory pids\n", "cgroup.subtree_control": "", "cgroup.procs": "1\n"})
	lay(manager, map[string]string{"cgroup.procs": ""})
	for _, unit := range units {
		lay(prefix+unit, map[string]string{
			"cgroup.procs": "", "cgroup.kill": "", "cgroup.events": "populated 0\nfrozen 0\n", "memory.max": "",
			"memory.oom.group": "", "memory.events": "low 0\noom 3\noom_kill 2\noom_group_kill 1\n", "pids.max": "", "cpu.max": "",
		})
	}
	return dir
}

func wantFiles(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	for name, text := range want {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || strings.TrimSpace(string(got)) != text {
			t.Errorf("%s holds %q, %v; want %q", name, got, err, text)
		}
	}
}

// fill overwrites a file of the fake as the kernel would.
func fill(t *testing.T, text string, path ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(path...), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLimitsAndKills(t *testing.T) {
	dir := fake(t, "app.a", "pool.b@2", "left")
	tree, err := Open(filepath.Join(dir, manager))
	if err != nil {
		t.Fatal(err)
	}
	if tree.Dir() != dir || !tree.Has("memory") || !tree.Has("pids") || !tree.Has("cpu") || tree.Has("cpuset") {
		t.Errorf("%+v", tree)
	}
	wantFiles(t, dir, map[string]string{manager + "/cgroup.procs": "0"})
	a, err := tree.Enter("app.a", Limits{Memory: 64 << 20, Tasks: 20, CPU: 150})
	if err != nil {
		t.Fatal(err)
	}
	leaf := filepath.Join(dir, prefix+"app.a")
	wantFiles(t, leaf, map[string]string{"memory.max": "67108864", "memory.oom.group": "1", "pids.max": "20", "cpu.max": "150000 100000", "cgroup.kill": ""})
	if a.OutOfMemory() {
		t.Error("what an earlier manager's unit died of counts")
	}
	fill(t, "oom_kill 3\n", leaf, "memory.events")
	if !a.OutOfMemory() || a.OutOfMemory() {
		t.Error("a kill for want of memory is told once")
	}
	// The hook that runs beside it is in the same cgroup.
	hook, err := tree.Enter("app.a", Limits{})
	if err != nil || hook != a {
		t.Fatalf("%v, %v", hook, err)
	}
	for name := range map[string]bool{"memory.max": true, "pids.max": true, "cpu.max": true} {
		if err := os.Truncate(filepath.Join(leaf, name), 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.Set(Limits{}); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, leaf, map[string]string{"memory.max": "max", "pids.max": "max", "cpu.max": "max 100000"})
	if err := a.Kill(); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, leaf, map[string]string{"cgroup.kill": "1"})
	hook.Leave()
	if tree.leaves["app.a"] != a {
		t.Error("it was forgotten while the program runs")
	}
	a.Leave()
	if len(tree.leaves) != 0 {
		t.Errorf("%+v are left", tree.leaves)
	}
	if _, err := tree.Enter("pool.b/2", Limits{}); err != nil {
		t.Error(err)
	}
}

// What an earlier manager has left is ended before the unit starts.
func TestLeftovers(t *testing.T) {
	dir := fake(t, "app.a", "app.gone")
	for _, entry := range []string{"cgroup.procs", "cgroup.kill", "cgroup.events", "memory.max", "memory.oom.group", "memory.events", "pids.max", "cpu.max"} {
		if err := os.Remove(filepath.Join(dir, prefix+"app.gone", entry)); err != nil { // the kernel lets it be removed with them
			t.Fatal(err)
		}
	}
	tree, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, prefix+"app.gone")); err == nil {
		t.Error("a cgroup in which nothing lives is left")
	}
	leaf := filepath.Join(dir, prefix+"app.a")
	fill(t, "populated 1\n", leaf, "cgroup.events")
	if _, err := tree.Enter("app.a", Limits{}); err == nil || !strings.Contains(err.Error(), "holds processes of an earlier manager") {
		t.Errorf("what SIGKILL does not end: %v", err)
	}
	wantFiles(t, leaf, map[string]string{"cgroup.kill": "1"})
}

func TestNotDelegated(t *testing.T) {
	dir := fake(t)
	if err := os.Chmod(filepath.Join(dir, manager, "cgroup.procs"), 0o400); err != nil {
		t.Fatal(err)
	}
	if tree, err := Open(dir); err == nil {
		t.Errorf("opened %+v", tree)
	}
	if tree, err := Open("/proc/self"); err == nil {
		t.Errorf("opened %+v", tree)
	}
	few := fake(t, "app.a")
	fill(t, "hugetlb\n", few, "cgroup.controllers")
	tree, err := Open(few)
	if err != nil || tree.Has("memory") {
		t.Fatalf("%+v, %v", tree, err)
	}
	if _, err := tree.Enter("app.a", Limits{Memory: 1 << 20, Tasks: 3, CPU: 5}); err != nil {
		t.Error(err)
	}
	wantFiles(t, filepath.Join(few, prefix+"app.a"), map[string]string{"memory.max": "", "pids.max": "", "cpu.max": ""})
}

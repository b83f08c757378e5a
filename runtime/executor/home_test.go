package executor_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"unitd/policy/lifecycle"
	"unitd/runtime/cgroup"
	"unitd/runtime/engine"
	"unitd/runtime/host"
	"unitd/runtime/meter"
	"unitd/units"
)

// home is an account whose home directory is a fresh one.
type home struct {
	*host.Host
	dir string
	// oomKills stands in for the kernel's count; nil: the kernel's.
	oomKills func() (meter.OOMKills, bool)
	cgroups  func() (*cgroup.Tree, error)
}

func newHome(t *testing.T) *home {
	t.Helper()
	dir, err := os.MkdirTemp("", "unitd-live-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	for _, name := range []string{"run/exit", "log"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	machine, err := host.Ephemeral(units.Paths{
		Units: filepath.Join(dir, "units"), Runtime: filepath.Join(dir, "run"), State: dir, Log: filepath.Join(dir, "log"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &home{Host: machine, dir: dir}
}

// Account has the home directory of this test.
func (h *home) Account() units.Account {
	account := h.Host.Account()
	account.Home = h.dir
	return account
}

// load reads a unit file, in which var.program is the test binary: command = [var.program, "program:NAME"].
func (h *home) load(t *testing.T, text string) *units.Set {
	t.Helper()
	text += "\nvariable \"program\" {\n  default = " + strconv.Quote(testBinary()) + "\n}\n"
	set, diags := units.Load(fstest.MapFS{"units.hcl": {Data: []byte(text)}}, h, units.Inputs{})
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	return set
}

// write puts a file into the home directory, whole, since a program may wait for it.
func (h *home) write(t *testing.T, name, content string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(h.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	fresh := path + ".new"
	if err := os.WriteFile(fresh, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(fresh, mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(fresh, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// boot runs the units of a text in a fresh home directory.
func boot(t *testing.T, text string) *manager {
	t.Helper()
	h := newHome(t)
	return live(t, h, h.load(t, text))
}

// in is the same manager in a subtest.
func (m *manager) in(t *testing.T) *manager { return &manager{core: m.core, t: t, pool: m.pool} }

// of is the same manager where workers are those of another pool.
func (m *manager) of(pool units.ID) *manager { return &manager{core: m.core, t: m.t, pool: pool} }

// poolIn is the pool that is meant.
func (m *manager) poolIn(model *engine.Model) *lifecycle.Pool {
	if m.pool == "" {
		return model.Unit("pool.web").Pool
	}
	return model.Unit(m.pool).Pool
}

// file reads a file of the home directory; "" while it is not there.
func (m *manager) file(name string) string {
	content, err := os.ReadFile(filepath.Join(m.dir, name))
	if err != nil && !os.IsNotExist(err) {
		m.t.Fatal(err)
	}
	return string(content)
}

// waitFile waits for a file of the home directory to hold a text.
func (m *manager) waitFile(name, text string) {
	m.t.Helper()
	m.eventually(name+" holds "+strconv.Quote(text), func(*engine.Model) bool { return strings.Contains(m.file(name), text) })
}

// processesNaming finds the living processes that have a text in their arguments or environment.
func processesNaming(text string) map[int]string {
	found := map[int]string{}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil || pid == os.Getpid() || !alive(pid) {
			continue
		}
		command, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		environ, _ := os.ReadFile(filepath.Join(dir, "environ"))
		if bytes.Contains(command, []byte(text)) || bytes.Contains(environ, []byte(text)) {
			found[pid] = strings.ReplaceAll(string(command), "\x00", " ")
		}
	}
	return found
}

// living are the pids of the processes with these arguments.
func living(arguments ...string) []int {
	want := strings.Join(arguments, "\x00") + "\x00"
	var pids []int
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if command, _ := os.ReadFile(filepath.Join(dir, "cmdline")); err == nil && string(command) == want && alive(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// processStat is what proc_pid_stat(5) tells after the name: state, parent, …
func processStat(t *testing.T, pid int) []string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(string(content[bytes.LastIndexByte(content, ')')+1:]))
}

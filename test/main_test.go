package test

import (
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"unitd/internal/testhost"
	"unitd/internal/testuser"
	"unitd/test/stage"
)

func TestMain(m *testing.M) {
	testhost.Enter()
	os.Exit(stage.Main(m, "..", "test/script"))
}

// limit is how long all scripts together may take; they run in parallel.
const limit = 5 * time.Minute

// TestScripts runs script/*.txtar: one file per subject, named after it.
func TestScripts(t *testing.T) {
	// A name of a few letters: a socket path has 107 bytes at most, and t.TempDir names the test.
	root, err := os.MkdirTemp("/tmp", "u")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(root) })
	if err := os.Chmod(root, 0o711); err != nil { // other accounts have to get at what a script lets them
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join(stage.Dir(), "test/script"),
		WorkdirRoot:         root,
		Setup:               setUp,
		Cmds:                commands,
		Condition:           condition,
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Deadline:            time.Now().Add(limit),
	})
}

// setUp gives a script a home directory, which is where its files are, and the environment of a login.
func setUp(env *testscript.Env) error {
	work := env.WorkDir
	if err := os.Chmod(work, 0o755); err != nil {
		return err
	}
	vars := map[string]string{
		"HOME": work, "USER": os.Getenv("USER"), "LOGNAME": os.Getenv("USER"), "LANG": "C.UTF-8",
		"STAGE": stage.Dir(), "UNITS": filepath.Join(work, ".config/unitd/units"),
		"STATE": filepath.Join(work, ".local/state/unitd"), "APP": filepath.Join(stage.Dir(), "bin/demo/app"),
		"PATH":   filepath.Join(stage.Dir(), "bin") + ":/usr/local/bin:/usr/bin:/bin",
		"TMPDIR": filepath.Join(work, ".tmp"), "tmpdir": filepath.Join(work, ".tmp"),
	}
	if group, err := user.LookupGroupId(strconv.Itoa(os.Getgid())); err == nil {
		vars["GROUP"] = group.Name
	}
	for _, name := range []string{"PORT1", "PORT2", "PORT3", "PORT4"} {
		port, err := stage.FreePort()
		if err != nil {
			return err
		}
		vars[name] = port
	}
	for name, value := range vars {
		env.Setenv(name, value)
	}
	return os.MkdirAll(filepath.Join(work, ".tmp"), 0o700)
}

// condition tells a script what this machine has: [python:MODULE], [userns], [stranger], [delegated], [journald], [crontab] (and an account whose crontab is
// nobody's).
func condition(name string) (bool, error) {
	if module, ok := strings.CutPrefix(name, "python:"); ok {
		return succeeds("/usr/bin/python3", "-c", "import "+module), nil
	}
	if name == "stranger" {
		return testuser.HasStranger(), nil
	}
	if name == "delegated" {
		return succeeds("sh", "-c", "test -w /sys/fs/cgroup$(sed -n s/^0:://p /proc/self/cgroup)/cgroup.subtree_control"), nil
	}
	if name == "journald" {
		return succeeds("test", "-S", "/run/systemd/journal/socket"), nil
	}
	if name == "userns" {
		return succeeds("unshare", "--user", "--map-root-user", "true"), nil
	}
	if name == "crontab" {
		account, err := user.Current()
		return err == nil && account.Username == testuser.Name && succeeds("which", "crontab"), nil
	}
	return false, errUnknownCondition
}

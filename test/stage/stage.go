package stage

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"unitd/internal/testuser"
)

// variable passes the stage on to the run as an ordinary user.
const variable = "UNITD_TEST_STAGE"

// Dir is the directory of the stage: bin/unitd, bin/unitctl, bin/demo/app, bin/demo/driver, examples/ and
// what Main was told to bring. It is empty before Main.
func Dir() string { return os.Getenv(variable) }

// Main builds the stage, runs the tests of m as an ordinary user and removes the stage. root is the
// relative path to the root of the repository, brought are more directories below it to lay on the stage.
// It returns the exit status.
func Main(m *testing.M, root string, brought ...string) int {
	return runOn(testuser.Main, m, root, brought)
}

// MainInCgroup is Main in a cgroup that is delegated to the ordinary user, where there can be one.
func MainInCgroup(m *testing.M, root string, brought ...string) int {
	return runOn(testuser.MainInCgroup, m, root, brought)
}

// MainAsBooted is MainInCgroup where a `systemd --user` can be started, where there can be one.
func MainAsBooted(m *testing.M, root string, brought ...string) int {
	return runOn(testuser.MainAsBooted, m, root, brought)
}

// runOn builds the stage and runs the tests there.
func runOn(run func(*testing.M) int, m *testing.M, root string, brought []string) int {
	if Dir() != "" {
		return run(m)
	}
	dir, err := os.MkdirTemp("", "unitd-stage-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a stage:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	if err := build(dir, root, append(brought, "examples")); err != nil {
		fmt.Fprintln(os.Stderr, "make a stage:", err)
		return 1
	}
	if err := os.Setenv(variable, dir); err != nil {
		fmt.Fprintln(os.Stderr, "make a stage:", err)
		return 1
	}
	return run(m)
}

func build(dir, root string, brought []string) error {
	programs := map[string][]string{
		"bin":      {"./cmd/unitd", "./cmd/unitctl"},
		"bin/demo": {"./examples/demo/app", "./examples/demo/driver"},
	}
	for to, packages := range programs {
		into := filepath.Join(dir, to)
		if err := os.MkdirAll(into, 0o755); err != nil {
			return err
		}
		cmd := exec.Command("go", append([]string{"build", "-trimpath", "-buildvcs=false", "-o", into + "/"}, packages...)...)
		cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
		if output, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("build %v: %w\n%s", packages, err, output)
		}
	}
	for _, name := range brought {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			return fmt.Errorf("copy %s: %w", name, err)
		}
	}
	return openToAll(dir)
}

// openToAll lets every user read the stage, whatever the umask and the modes in the repository are.
func openToAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		switch {
		case err != nil:
			return err
		case entry.Type()&fs.ModeSymlink != 0:
			return nil
		case entry.IsDir():
			return os.Chmod(path, 0o755)
		}
		executable := info.Mode().Perm() & 0o100
		return os.Chmod(path, 0o644|executable|executable>>3|executable>>6)
	})
}

package daemons

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"unitd/test/stage"
)

func TestMain(m *testing.M) { os.Exit(stage.Main(m, "../..", "test/daemons/testdata")) }

// copyUnits copies directories of testdata into a home and returns the unit directory.
func copyUnits(t *testing.T, home string, names ...string) string {
	t.Helper()
	units := filepath.Join(home, "units")
	for _, name := range names {
		if err := os.CopyFS(filepath.Join(units, name), os.DirFS(filepath.Join(stage.Dir(), "test/daemons/testdata", name))); err != nil {
			t.Fatal(err)
		}
	}
	return units
}

// missing says which of the programs and of the modules of Debian's Python are not installed; "": none.
func missing(programs, modules []string) string {
	for _, program := range programs {
		if _, err := exec.LookPath(program); err != nil {
			return program + " is not installed"
		}
	}
	for _, module := range modules {
		if err := exec.Command("/usr/bin/python3", "-c", "import "+module).Run(); err != nil {
			return "the Python module " + module + " is not installed"
		}
	}
	return ""
}

func freePort(t *testing.T) string {
	t.Helper()
	port, err := stage.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	return port
}

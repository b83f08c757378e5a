package daemons

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"unitd/test/stage"
)

func TestMain(m *testing.M) {
	// These tests wait for most of their time, so more of them than there are processors may run at once.
	flag.Parse()
	if err := flag.Set("test.parallel", "16"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	remove := makeMemoryGroup()
	status := stage.Main(m, "../..", "test/daemons/testdata")
	remove()
	os.Exit(status)
}

// copyUnits copies directories of testdata into the unit directory of a home, and returns that.
func copyUnits(t *testing.T, home string, names ...string) string {
	t.Helper()
	units := filepath.Join(home, "units")
	for _, name := range names {
		copyTo(t, units, name)
	}
	return units
}

// copyTo copies a directory of testdata into another.
func copyTo(t *testing.T, into, name string) {
	t.Helper()
	from := os.DirFS(filepath.Join(stage.Dir(), "test/daemons/testdata", name))
	if err := os.CopyFS(filepath.Join(into, name), from); err != nil {
		t.Fatal(err)
	}
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

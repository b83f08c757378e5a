package testhost

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// diskVariable tells a test which is run again where its small file system is.
const diskVariable = "UNITD_TEST_DISK"

// SmallDisk runs the test that calls it again, alone, where it has a file system of its own that it may fill: a tmpfs with
// these options (tmpfs(5), "size=640k"). There it returns the directory; here "", once that run has passed or the test has
// failed by it. The test is skipped where this host allows no user namespaces.
func SmallDisk(t *testing.T, options string) string {
	t.Helper()
	if directory := os.Getenv(diskVariable); directory != "" {
		return directory
	}
	directory := t.TempDir()
	self := exec.CommandContext(t.Context(), "unshare", "--user", "--map-current-user", "--mount", "--keep-caps", "sh", "-c",
		`mount -t tmpfs -o "$1" tmpfs "$2" && exec /proc/self/fd/3 -test.run="^$3\$" -test.v`, "sh", options, directory, t.Name())
	binary, err := os.Open("/proc/self/exe") // its path may lie in a directory of root
	if err != nil {
		t.Fatal(err)
	}
	defer binary.Close()
	self.ExtraFiles = []*os.File{binary}
	self.Env = append(os.Environ(), diskVariable+"="+directory)
	out, err := self.CombinedOutput()
	if strings.Contains(string(out), "unshare failed") || strings.Contains(string(out), "mount: ") {
		t.Skipf("this host gives no mount namespace: %s", out)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()+" ") {
		t.Errorf("%v\n%s", err, out)
	}
	return ""
}

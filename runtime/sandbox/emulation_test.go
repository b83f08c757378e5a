package sandbox

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// What these packages give to the kernel differs between architectures: filters and numbers of system calls, the scripts
// of Landlock, namespaces and mounts. Their tests are run as programs for arm64 too. The emulator of user programs has
// neither seccomp nor Landlock nor namespaces: what an arm64 kernel makes of all this is not shown here.
func TestArm64UnderEmulation(t *testing.T) {
	const emulator = "qemu-aarch64-static"
	if runtime.GOARCH == "arm64" {
		t.Skip("this is arm64")
	}
	if _, err := exec.LookPath(emulator); err != nil {
		t.Skipf("apt-get install qemu-user-static: %v", err)
	}
	for dir, wanted := range map[string][]string{
		".": {"TestFilter", "TestScripts"}, "../../internal/syscalls": {"TestSets", "TestFamilies"}, "../namespace": {"TestGolden", "TestSees"},
	} {
		program := filepath.Join(t.TempDir(), "arm64.test")
		build := exec.Command("go", "test", "-c", "-o", program, ".")
		build.Dir, build.Env = dir, append(os.Environ(), "GOARCH=arm64", "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("build the tests of %s: %v\n%s", dir, err, out)
		}
		run := exec.Command(emulator, program, "-test.v", "-test.run=^("+strings.Join(wanted, "|")+")$")
		run.Dir = dir
		out, err := run.CombinedOutput()
		for _, name := range wanted {
			if !strings.Contains(string(out), "--- PASS: "+name+" ") {
				t.Errorf("%s: %s did not pass", dir, name)
			}
		}
		if err != nil || t.Failed() {
			t.Errorf("%s: %v\n%s", dir, err, out)
		}
	}
}

package process

import (
	"os"
	"strings"
	"testing"

	"unitd/internal/testhost"
)

// rerun has tests of this package pass on another host.
func rerun(t *testing.T, host testhost.Host, tests ...string) {
	t.Helper()
	if os.Getenv("SIMULATED") != "" {
		t.Fatal("this is the other host already")
	}
	cmd := host.Command(t, "process.test", "-test.v", "-test.run=^("+strings.Join(tests, "|")+")$")
	cmd.Env = append(os.Environ(), "SIMULATED=1")
	out, err := cmd.CombinedOutput()
	for _, name := range tests {
		if !strings.Contains(string(out), "--- PASS: "+name+" ") {
			t.Errorf("%s did not pass", name)
		}
	}
	if err != nil || t.Failed() {
		t.Errorf("%v:\n%s", err, out)
	}
}

// Many providers hide processes from each other. What is not dumpable (an init, ssh-agent) is then hidden from its own
// account, too.
func TestWhereProcHidesProcesses(t *testing.T) {
	rerun(t, testhost.HiddenProc, "TestKill200", "TestDaemonStaysInItsTree", "TestKillStorm", "TestKillWhatCannotBeSeen", "TestAttributes",
		"TestKilledInit", "TestSignalAllMissesNobody")
}

package process

import (
	"testing"

	"unitd/internal/testhost"
)

// Many providers hide processes from each other. What is not dumpable (an init, ssh-agent) is then hidden from its own
// account, too.
func TestWhereProcHidesProcesses(t *testing.T) {
	testhost.HiddenProc.Pass(t, "TestKill200", "TestDaemonStaysInItsTree", "TestKillStorm", "TestKillWhatCannotBeSeen", "TestAttributes",
		"TestKilledInit", "TestSignalAllMissesNobody", "TestForeign")
}

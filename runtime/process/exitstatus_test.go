package process

import "testing"

func TestExitStatus(t *testing.T) {
	for _, c := range []struct {
		status   ExitStatus
		want     string
		code     int
		exited   bool
		signaled bool
	}{
		{0, "exit 0", 0, true, false},
		{3 << 8, "exit 3", 3, true, false},
		{255 << 8, "exit 255", 255, true, false},
		{9, "SIGKILL", 0, false, true},
		{11 | 0x80, "SIGSEGV (core dumped)", 0, false, true},
		{40, "signal 40", 0, false, true},
		{Lost, "exit status lost", 0, false, false},
		{0x137f, "wait status 0x137f", 0, false, false},
	} {
		code, exited := c.status.Exited()
		_, _, signaled := c.status.Signaled()
		if c.status.String() != c.want || code != c.code || exited != c.exited || signaled != c.signaled {
			t.Errorf("%#x: got %s, code %d, exited %v, signaled %v", uint32(c.status), c.status, code, exited, signaled)
		}
	}
}

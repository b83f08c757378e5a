package testhost

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// variable tells a test binary on which host it is.
const variable = "UNITD_TEST_HOST"

// Here is the simulated host on which this test binary runs; "": it is the real one.
func Here() Host { return Host(os.Getenv(variable)) }

// Pass runs tests of this binary on such a host, where each has to pass and none may be skipped.
func (h Host) Pass(t *testing.T, tests ...string) {
	t.Helper()
	if Here() != "" {
		t.Fatalf("this is the host %s already", Here())
	}
	cmd := h.Command(t, filepath.Base(os.Args[0]), "-test.v", "-test.run=^("+strings.Join(tests, "|")+")$")
	cmd.Env = append(os.Environ(), variable+"="+string(h))
	out, err := cmd.CombinedOutput()
	passed := true
	for _, name := range tests {
		if !strings.Contains(string(out), "--- PASS: "+name+" ") {
			passed = false
			t.Errorf("%s: %s did not pass", h, name)
		}
	}
	if err != nil || !passed {
		t.Errorf("%s: %v:\n%s", h, err, out)
	}
}

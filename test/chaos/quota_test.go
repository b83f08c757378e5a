package chaos

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"unitd/test/stage"
)

// An account that has reached its quota makes no file more, but what is open can be written: units run on and serve, the
// manager answers and says what it could not keep, and all is well again when there is room. The quota is played between the
// programs and the kernel, since a real one is root's to set.
func TestQuotaReached(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	defer h.clear()
	defer h.explain()
	i := h.inject(t, pass, "--no-guard", "--state-dir", filepath.Join(h.home, ".local/state/unitd"))
	h.settle()
	before := h.pids()
	clients := startClients("http://127.0.0.1:" + h.port())
	full := map[string]bool{"openat": true, "mkdirat": true, "renameat": true, "renameat2": true, "fallocate": true}
	var refused atomic.Int32 // of the manager
	i.from(func(c call) syscall.Errno {
		if full[c.name] {
			if i.mine(c) {
				refused.Add(1)
			}
			return syscall.EDQUOT
		}
		return 0
	})
	log := filepath.Join(h.home, ".local/state/unitd/log/unitd.log")
	said := func(what string) func() bool {
		return func() bool {
			text, err := os.ReadFile(log)
			return err == nil && strings.Contains(string(text), what)
		}
	}
	stage.Await(t, patience, "it says what it answered", func() bool {
		output, err := h.run("unitctl", "status")
		return err == nil && strings.Contains(output, "app.count")
	})
	if after := h.pids(); after != before {
		t.Errorf("there were %s, and now %s", before, after)
	}
	stage.Await(t, patience, "it has tried to keep what people say", func() bool {
		for _, verb := range []string{"disable", "enable"} {
			if output, err := h.run("unitctl", verb, "count"); err != nil {
				t.Errorf("%s: %v\n%s", verb, err, output)
			}
		}
		return refused.Load() > 0
	})
	h.killOne(anInit) // whatever that is, its next start may need a file
	i.from(pass)
	stage.Await(t, patience, "it says what it could not keep", said("disk quota exceeded"))
	if output, err := h.run("unitctl", "enable", "count"); err != nil {
		t.Errorf("enable: %v\n%s", err, output)
	}
	h.settle()
	if served := clients.end(); served.refused != "" || served.cut > connections || served.answered == 0 {
		t.Errorf("%v; refused: %s; the last that broke: %s", served, served.refused, served.broke)
	}
	h.everyLine()
	h.shutdown()
}

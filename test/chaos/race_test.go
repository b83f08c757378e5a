package chaos

import (
	"strings"
	"sync"
	"testing"

	"unitd/test/stage"
)

// Whoever is killed by whom, and however many take over at once, one does, and it takes over all: the same processes, the
// same sockets. The guard is one of those who try. Those that come too late change nothing.
func TestManagersRaceToTakeOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	defer h.clear()
	defer h.explain()
	h.ensure()
	h.settle()
	before := h.pids()
	clients := startClients("http://127.0.0.1:" + h.port())
	for round := range 6 {
		h.tell("round %d", round)
		h.kill(h.manager())
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { _, _ = h.run("unitd", "--ensure", "--detach") })
		}
		if round%2 == 1 { // whoever was the first is killed in the midst of it
			stage.Await(t, patience, "one has begun", func() bool { return h.manager().PID != 0 })
			h.kill(h.manager())
		}
		all.Wait()
		h.settle()
	}
	if served := clients.end(); served.refused != "" || served.cut > 0 || served.answered == 0 {
		t.Errorf("%v; refused: %s; the last that broke: %s", served, served.refused, served.broke)
	}
	if after := h.pids(); after != before {
		t.Errorf("there were %s, and now %s", before, after)
	}
	h.everyLine()
	h.shutdown()
}

// pids are those of all programs.
func (h *house) pids() string {
	all, err := h.run("unitctl", "status", "--json")
	if err != nil {
		h.t.Fatalf("unitctl status: %v\n%s", err, all)
	}
	var pids []string
	for line := range strings.Lines(all) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, `"main_pid"`) {
			pids = append(pids, line)
		}
	}
	return strings.Join(pids, " ")
}

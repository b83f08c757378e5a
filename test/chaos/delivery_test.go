package chaos

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"

	"unitd/ipc/protocol"
	"unitd/test/stage"
)

// The manager is killed before each step of taking a delivery, and the moment that it has answered: a provider that was told
// 202 sends it no more, so the run comes, by whichever manager.
func TestKilledAsADeliveryIsAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.env = append(h.env, "UNITD_UNITS="+filepath.Join(h.home, "hooks"))
	if err := os.WriteFile(filepath.Join(h.home, ".webhook-secret"), []byte("correct horse battery staple\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	defer h.clear()
	defer h.explain()
	const promises = 5 // the steps after the answer come in another order each time
	for at, kept := 0, 0; kept < promises && !t.Failed(); at++ {
		if run := h.deliver(t, at); run > 0 {
			h.runEnds(t, run)
			kept++
		}
		h.killManagers(t)
	}
	h.ensure()
	h.shutdown()
}

// deliver has the manager killed before step number at of what a delivery brings about, at the latest when it is answered,
// and gives the run that was promised; 0: none was.
func (h *house) deliver(t *testing.T, at int) (run int) {
	t.Helper()
	i := h.inject(t, pass, "--no-guard", "--state-dir", filepath.Join(h.home, ".local/state/unitd"))
	var taken atomic.Int32
	i.from(func(c call) syscall.Errno {
		if i.mine(c) && int(taken.Add(1))-1 == at {
			_ = i.cmd.Process.Kill()
			return syscall.EINTR
		}
		return 0
	})
	output, failure := h.run("unitctl", "webhook", "test", "deploy", "--json")
	_ = i.cmd.Process.Kill()
	<-i.ended
	i.from(pass)
	h.tell("killed at step %d of %d: %v %s", at, taken.Load(), failure, output)
	h.ensure()
	if failure != nil {
		return 0
	}
	var told struct {
		Status int
		Answer string
	}
	var answer struct{ Run int }
	if json.Unmarshal([]byte(output), &told) != nil || json.Unmarshal([]byte(told.Answer), &answer) != nil || told.Status != 202 || answer.Run == 0 {
		t.Fatalf("the delivery was answered %s", output)
	}
	return answer.Run
}

// runEnds holds that a run ends well.
func (h *house) runEnds(t *testing.T, run int) {
	t.Helper()
	stage.Await(t, patience, "run "+strconv.Itoa(run)+" that was promised ends well", func() bool {
		output, err := h.run("unitctl", "deploys", "deploy", strconv.Itoa(run), "--json")
		var shown protocol.PipelineRun
		return err == nil && json.Unmarshal([]byte(output), &shown) == nil && shown.Result == "ok"
	})
}

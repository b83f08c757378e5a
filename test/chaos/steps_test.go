package chaos

import (
	"errors"
	"flag"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"unitd/test/stage"
)

var (
	stride = flag.Int("chaos.every", 48, "kill the manager at every n-th step, from a random one on")
	only   = flag.String("chaos.verb", "", "of this verb alone: stop, start, reload, restart, scale, manager (to execute its program anew), rotation, takeover")
	first  = flag.Int("chaos.step", -1, "begin at this step; below 0: at a random one of the first")
)

// The manager is killed before each step of what people ask for: before it makes a file, writes to one, forks, signals, binds.
// The next one comes to where that was to lead, or back to where it began, with nothing that no state names and nothing twice;
// whoever was told that it is done finds it done, and asking again does it.
func TestKilledBetweenAnyTwoSteps(t *testing.T) {
	t.Parallel()
	for _, verb := range [][]string{{"stop", "web"}, {"start", "web"}, {"reload", "web"}, {"restart", "back"}, {"scale", "web", "1"}, {"manager", "reexec"}, {"rotation", "count"}, {"takeover", "web"}} {
		if *only == "" || *only == verb[0] {
			t.Run(verb[0], func(t *testing.T) { killedBetween(t, verb) })
		}
	}
}

// killedBetween does so for one verb, in a house of its own: a rotation has as many steps more as there were rotations before.
func killedBetween(t *testing.T, verb []string) {
	h := newHouse(t)
	defer h.clear()
	defer h.explain()
	begin := *first
	if begin < 0 {
		begin = rand.IntN(*stride)
	}
	begun, kills := time.Now(), 0
	killedAt := h.killedAt
	if verb[0] == "takeover" {
		killedAt = h.killedTakingOver
	}
	for at := begin; killedAt(t, verb, at) >= at && !t.Failed(); at += *stride {
		kills++
	}
	t.Logf("%v: %d kills in %v", verb, kills, time.Since(begun).Round(time.Second))
	h.ensure()
	h.again("web")
	h.settle()
	h.everyLine()
	h.shutdown()
}

// killedAt has the manager killed before step number at of what a verb brings about, and gives how many steps there were.
func (h *house) killedAt(t *testing.T, verb []string, at int) int {
	t.Helper()
	i := h.inject(t, pass, "--no-guard", "--state-dir", filepath.Join(h.home, ".local/state/unitd")) // by which it is known
	switch verb[0] {
	case "start":
		if output, err := h.run("unitctl", "stop", verb[1]); err != nil {
			t.Fatalf("stop %s: %v\n%s", verb[1], err, output)
		}
	case "manager":
		h.settle()
	case "scale":
		if output, err := h.run("unitctl", "scale", verb[1], "4"); err != nil {
			t.Fatalf("scale %s: %v\n%s", verb[1], err, output)
		}
		h.settle()
	default:
		h.again(verb[1])
		h.settle()
	}
	var clients *clients
	if verb[0] == "reload" || verb[0] == "scale" || verb[0] == "manager" {
		clients = startClients("http://127.0.0.1:" + h.port())
	}
	var taken atomic.Int32
	i.from(i.killAt(at, &taken))
	output, failure := h.brings(i, verb)
	if failure == nil {
		time.Sleep(100 * time.Millisecond) // until all is recorded
	}
	i.from(pass)
	_ = i.cmd.Process.Kill()
	<-i.ended
	h.tell("%s: killed at step %d of %d: %v %s", strings.Join(verb, " "), at, taken.Load(), failure, output)
	h.ensure()
	if verb[0] == "stop" {
		h.stopped(t, verb[1], failure == nil)
	} else {
		h.settleBut(verb, failure == nil)
	}
	if clients != nil {
		if served := clients.end(); served.refused != "" || served.cut > 0 || served.answered == 0 {
			t.Errorf("killed at step %d of %v: %v; refused: %s; the last that broke: %s", at, verb, served, served.refused, served.broke)
		}
	}
	h.killManagers(t)
	return int(taken.Load())
}

// killedTakingOver has one manager killed, and the next one before step number at of its life, while a pool hands on who waits
// for a worker that was killed; the one after that takes over what two have left. It gives how many steps there were.
func (h *house) killedTakingOver(t *testing.T, verb []string, at int) int {
	t.Helper()
	args := []string{"--no-guard", "--state-dir", filepath.Join(h.home, ".local/state/unitd")}
	before := h.inject(t, pass, args...)
	h.settle()
	clients := startClients("http://127.0.0.1:" + h.port())
	for _, r := range h.census() {
		if r.role == anInit && strings.Contains(r.Command, "."+verb[1]+"/1") {
			h.kill(r.Process)
		}
	}
	_ = before.cmd.Process.Kill()
	<-before.ended
	var taken atomic.Int32
	i := h.launch(t, func(i *injector) { i.decide = i.killAt(at, &taken) }, args...)
	stage.Await(t, patience, "the next manager has ended, or taken over", func() bool {
		select {
		case <-i.ended:
			return true
		default:
			return h.answers(i)
		}
	})
	_ = i.cmd.Process.Kill()
	<-i.ended
	h.tell("%s: killed at step %d of %d", strings.Join(verb, " "), at, taken.Load())
	h.ensure()
	h.settle()
	const most = 2 * connections // the worker had begun with some, and the manager handed others on
	if served := clients.end(); served.refused != "" || served.cut > most || served.answered == 0 {
		t.Errorf("killed at step %d of %v: %v; refused: %s; the last that broke: %s", at, verb, served, served.refused, served.broke)
	}
	h.killManagers(t)
	return int(taken.Load())
}

// killManagers kills managers and guards until there are none.
func (h *house) killManagers(t *testing.T) {
	t.Helper()
	stage.Await(t, patience, "manager and guard are gone", func() bool {
		left := h.killAll(aGuard) // first: it starts another manager, which may be about to become one
		for _, r := range h.census() {
			if name, _, _ := strings.Cut(r.Command, " "); filepath.Base(name) == "unitd" && h.kill(r.Process) {
				left++
			}
		}
		return left == 0
	})
}

// brings does what the verb says, and returns when that is done. A rotation comes by itself: the log of count is rotated all
// the time.
func (h *house) brings(i *injector, verb []string) (output string, failure error) {
	if verb[0] != "rotation" {
		return h.run("unitctl", verb...)
	}
	before := h.rotations(verb[1])
	for h.rotations(verb[1]) == before {
		select {
		case <-i.ended:
			return "", errors.New("the manager was killed")
		case <-time.After(time.Millisecond):
		}
	}
	return "", nil
}

// rotations counts the rotated files of a log.
func (h *house) rotations(app string) int {
	found, err := filepath.Glob(filepath.Join(h.home, ".local/state/unitd/log/app."+app+".log.*"))
	if err != nil {
		h.t.Fatal(err)
	}
	return len(found)
}

// settleBut waits until all runs. What was to be started may not have been, if nobody was told so: then it is asked for again.
func (h *house) settleBut(verb []string, told bool) {
	h.t.Helper()
	if !told && verb[0] == "start" {
		h.again(verb[1])
	}
	h.settle()
}

// again starts a unit, whatever it was doing.
func (h *house) again(unit string) {
	h.t.Helper()
	stage.Await(h.t, patience, unit+" can be started", func() bool {
		_, err := h.run("unitctl", "start", unit)
		return err == nil
	})
}

// stopped holds that a unit is stopped, or asks again for that if nobody was told so.
func (h *house) stopped(t *testing.T, unit string, told bool) {
	t.Helper()
	if !told {
		stage.Await(t, patience, unit+" can be stopped", func() bool {
			_, err := h.run("unitctl", "stop", unit)
			return err == nil
		})
	}
	output, _ := h.run("unitctl", "status", unit) // status 3: it does not run
	if !strings.Contains(output, "inactive (dead)") {
		t.Errorf("%s was stopped (told so: %t):\n%s", unit, told, output)
	}
	// Nobody waits for an init whose tree is empty, as the kernel takes its namespaces down.
	stage.Await(t, patience, "nothing runs of "+unit, func() bool {
		return !slices.ContainsFunc(h.census(), func(r resident) bool {
			return r.role == anInit && strings.Contains(r.Command, "."+unit+"/") || r.role == aProgram && strings.Contains(r.Command, "demo/app")
		})
	})
}

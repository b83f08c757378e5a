package executor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unitd/runtime/cgroup"
	"unitd/runtime/meter"
	"unitd/runtime/process"
	"unitd/units"
)

// A witness is asked at times that the test sets, about a count that the test sets.
func TestOOMWitness(t *testing.T) {
	const quiet, busy = 0, 20_000 // kills in the 100 days before
	for name, c := range map[string]struct {
		before  int64         // counted when the manager came up
		own     bool          // the count is that of its own cgroup
		idle    time.Duration // from its last look to the kill
		moved   int64
		killed  int // processes here that ended by SIGKILL then
		oom     int // of these
		perhaps bool
	}{
		"nobody counted":                       {quiet, false, time.Minute, 0, 1, 0, false},
		"counted on a quiet host":              {quiet, false, 24 * time.Hour, 1, 1, 1, false},
		"counted on a busy host, just now":     {busy, false, 10 * time.Second, 1, 1, 1, false},
		"counted on a busy host, some time":    {busy, false, time.Hour, 9, 1, 0, true},
		"counted in its own cgroup, some time": {busy, true, time.Hour, 1, 1, 1, false},
		"one counted, two killed":              {quiet, false, time.Minute, 1, 2, 1, false},
		"three counted, two killed":            {quiet, false, time.Minute, 3, 2, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			kills := meter.OOMKills{Count: c.before, Own: c.own, Uptime: 100 * 24 * time.Hour}
			w := oomWitness{count: func() (meter.OOMKills, bool) { return kills, true }}
			now := time.Now()
			w.look(now)
			now = now.Add(c.idle)
			kills.Count += c.moved
			w.look(now) // that anything was reported before the end itself must not hide it
			oom := 0
			for range c.killed {
				is, perhaps := w.claim(now)
				if is {
					oom++
				}
				if (perhaps != "") != c.perhaps {
					t.Errorf("perhaps: %q", perhaps)
				}
			}
			if oom != c.oom {
				t.Errorf("%d of %d were killed for want of memory, want %d", oom, c.killed, c.oom)
			}
		})
	}
}

// What was counted long before a kill explains it no more, when the manager was awake between.
func TestOOMWitnessForgets(t *testing.T) {
	kills := meter.OOMKills{Uptime: 24 * time.Hour}
	w := oomWitness{count: func() (meter.OOMKills, bool) { return kills, true }}
	now := time.Now()
	w.look(now)
	kills.Count++ // elsewhere
	for range 3 {
		now = now.Add(settling)
		w.look(now)
	}
	if oom, perhaps := w.claim(now); oom || perhaps != "" {
		t.Errorf("claimed %v %q", oom, perhaps)
	}
	kills.Count++
	if oom, _ := w.claim(now.Add(time.Second)); !oom {
		t.Error("a new one is not claimed")
	}
}

func TestOOMWitnessIsBlind(t *testing.T) {
	w := oomWitness{count: func() (meter.OOMKills, bool) { return meter.OOMKills{}, false }}
	w.look(time.Now())
	if oom, perhaps := w.claim(time.Now()); oom || perhaps != "" {
		t.Errorf("claimed %v %q", oom, perhaps)
	}
}

func TestOOMWitnessSaysWhatItSaw(t *testing.T) {
	kills := meter.OOMKills{Count: 500, Uptime: 24 * time.Hour}
	w := oomWitness{count: func() (meter.OOMKills, bool) { return kills, true }}
	now := time.Now()
	w.look(now)
	kills.Count += 2
	_, perhaps := w.claim(now.Add(90 * time.Minute))
	if !strings.Contains(perhaps, "killed 2 processes of this host for want of memory within 1 h 30 min") {
		t.Error(perhaps)
	}
}

// Where a unit has a cgroup with the memory controller, the kernel counts for it alone.
func TestOOMInACgroup(t *testing.T) {
	dir := t.TempDir()
	leaf := filepath.Join(dir, "unitd.app.a")
	lay := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"cgroup.subtree_control", "unitd/cgroup.procs", "unitd.app.a/memory.max", "unitd.app.a/memory.oom.group", "unitd.app.a/cgroup.procs"} {
		lay(name, "")
	}
	lay("cgroup.controllers", "memory\n")
	tree, err := cgroup.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	elsewhere := meter.OOMKills{Count: 1, Uptime: time.Hour, Own: true}
	x := &Executor{cgroups: tree, runs: map[uint64]*run{}, oom: oomWitness{count: func() (meter.OOMKills, bool) { return elsewhere, true }}}
	x.oom.look(time.Now())
	elsewhere.Count++
	r := &run{unit: "app.a", limits: &units.Limits{Memory: 1 << 30}}
	var spec process.Spec
	if err := x.enterCgroup(&spec, r); err != nil {
		t.Fatal(err)
	}
	defer spec.Cgroup.Close()
	x.runs[1] = r
	const killed = process.ExitStatus(9)
	if oom, _ := x.outOfMemory(process.Exited{Token: 1, Status: killed, Main: true}); oom {
		t.Error("a kill elsewhere counts")
	}
	if err := os.WriteFile(filepath.Join(leaf, "memory.events"), []byte("oom 1\noom_kill 2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ main, want bool }{{false, false}, {true, true}, {true, false}} {
		oom, words := x.outOfMemory(process.Exited{Token: 1, Status: killed, Main: c.main})
		if oom != c.want || oom && words != "its memory limit is 1024 MiB" {
			t.Errorf("the main process: %v: out of memory: %v, %q", c.main, oom, words)
		}
	}
}

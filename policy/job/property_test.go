package job

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"unitd/units"
)

// drawSet draws units whose dependencies point from later to earlier ones, so that there is no cycle.
func drawSet(t *rapid.T) []*units.Unit {
	n := rapid.IntRange(1, 12).Draw(t, "units")
	supervisors := rapid.IntRange(0, 2).Draw(t, "supervisors")
	var list []*units.Unit
	for i := range n {
		u := &units.Unit{
			ID: units.ID(fmt.Sprintf("app.u%02d", i)), Enabled: rapid.IntRange(0, 4).Draw(t, "enabled") > 0,
			App: &units.App{Process: units.Process{Reload: &units.ReloadAction{Signal: "SIGHUP"}}},
		}
		for j := range i {
			other := list[j].ID
			switch rapid.IntRange(0, 14).Draw(t, "edge") {
			case 0:
				u.Requires = append(u.Requires, other)
			case 1:
				u.Wants = append(u.Wants, other)
			case 2:
				u.BindsTo = append(u.BindsTo, other)
			case 3:
				u.PartOf = append(u.PartOf, other)
			case 4:
				u.After = append(u.After, other)
			case 5:
				u.Conflicts = append(u.Conflicts, other)
			}
		}
		if supervisors > 0 && rapid.Bool().Draw(t, "member") {
			u.Supervisor = units.ID(fmt.Sprintf("supervisor.s%d", rapid.IntRange(0, supervisors-1).Draw(t, "supervisor")))
		}
		list = append(list, u)
	}
	for i := range supervisors {
		s := &units.Unit{ID: units.ID(fmt.Sprintf("supervisor.s%d", i)), Enabled: true, Group: &units.Supervisor{}}
		other := list[rapid.IntRange(0, n-1).Draw(t, "other")]
		switch rapid.IntRange(0, 3).Draw(t, "edge of the supervisor") {
		case 0:
			s.Requires = append(s.Requires, other.ID)
		case 1:
			s.After = append(s.After, other.ID)
		case 2:
			other.Requires = append(other.Requires, s.ID)
		}
		list = append(list, s)
	}
	return list
}

// laws is a world in which each step is checked against what the jobs promise.
type laws struct {
	*world
	t *rapid.T
}

// begin checks, for each job that begins, that nothing it had to wait for is under way.
func (l *laws) begin() {
	begun, _ := l.world.begin()
	g := l.set.Graph()
	for _, job := range begun {
		if job.Now == Stop {
			for _, later := range g.Before(job.Unit) {
				if other, ok := l.table.Of(later); ok && other.Now == Stop {
					l.t.Fatalf("%s stops before %s has", job.Unit, later)
				}
			}
			continue
		}
		for _, earlier := range g.After(job.Unit) {
			if other, ok := l.table.Of(earlier); ok && other.Now != Reload {
				l.t.Fatalf("%s of %s begins during %s of %s", job.Now, job.Unit, other.Now, earlier)
			}
		}
	}
	l.check()
}

func (l *laws) check() {
	l.checkIndex(l.t)
	for id, activity := range l.activity {
		for _, rival := range l.set.Graph().Conflicts(id) {
			if activity.running() && l.look(rival) != Inactive && l.look(rival) != Down {
				l.t.Fatalf("%s is %s while %s, which conflicts, is %s", id, activity, rival, l.look(rival))
			}
		}
	}
}

// running lists the units whose jobs run.
func (l *laws) running() []units.ID {
	var list []units.ID
	for _, job := range l.table.Installed() {
		if job.State == Running {
			list = append(list, job.Unit)
		}
	}
	return list
}

func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := drawSet(t)
		l := &laws{world: newWorld(list...), t: t}
		if len(l.set.Graph().Order()) != len(list) {
			t.Skip("a cycle by way of a supervisor")
		}
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			l.step(list)
		}
		l.drain()
		l.startAndStopAll()
	})
}

func (l *laws) step(list []*units.Unit) {
	unit := rapid.SampledFrom(list).Draw(l.t, "unit").ID
	running := l.running()
	switch rapid.IntRange(0, 5).Draw(l.t, "do") {
	case 0, 1:
		kind := rapid.SampledFrom([]Kind{Start, Stop, Restart, Reload, TryRestart, ReloadOrRestart}).Draw(l.t, "kind")
		l.table.Submit(l.view(), Request{Kind: kind, Units: []units.ID{unit}, Each: rapid.Bool().Draw(l.t, "each")})
	case 2, 3:
		if len(running) > 0 {
			result := rapid.SampledFrom([]Result{Done, Done, Failed, Timeout}).Draw(l.t, "result")
			l.finish(rapid.SampledFrom(running).Draw(l.t, "finished"), result, "why")
		}
	case 4:
		if l.look(unit) == Active {
			l.activity[unit] = Down
			l.table.Submit(l.view(), WhenStopped(l.view(), unit)...)
		}
	case 5:
		l.restore()
	}
	l.check()
	l.begin()
}

// restore is what a re-exec of the manager does with the table.
func (l *laws) restore() {
	stored, err := json.Marshal(&l.table)
	if err != nil {
		l.t.Fatal(err)
	}
	l.table = Table{}
	if err := json.Unmarshal(stored, &l.table); err != nil {
		l.t.Fatal(err)
	}
	l.table.Resume()
}

// drain finishes whatever runs, until nothing is left. Each round ends a job, or half of one.
func (l *laws) drain() {
	rounds := 3*len(l.table.Installed()) + 1
	for ; !l.table.Idle(); rounds-- {
		running := l.running()
		if len(running) == 0 || rounds == 0 {
			l.t.Fatalf("nothing runs any more, but there are %v", l.table.Installed())
		}
		l.finish(rapid.SampledFrom(running).Draw(l.t, "drained"), Done, "")
		l.begin()
	}
	for id, tx := range l.table.Transactions {
		if tx.Result == "" {
			l.t.Fatalf("transaction %d never ended", id)
		}
	}
}

// startAndStopAll boots everything and stops everything, and compares the two orders.
func (l *laws) startAndStopAll() {
	l.table.Submit(l.view(), Boot(l.view()))
	l.begin()
	l.drain()
	up := map[units.ID]bool{}
	for id, activity := range l.activity {
		up[id] = activity.up()
	}
	l.table.Submit(l.view(), StopAll(l.view()))
	l.begin()
	var stopped []units.ID
	for !l.table.Idle() {
		id := rapid.SampledFrom(l.running()).Draw(l.t, "stopped")
		l.finish(id, Done, "")
		stopped = append(stopped, id)
		l.begin()
	}
	for id, activity := range l.activity {
		if activity.running() {
			l.t.Fatalf("%s is %s after everything was stopped", id, activity)
		}
	}
	for i, id := range stopped {
		for _, earlier := range stopped[:i] {
			if up[id] && slices.Contains(l.set.Graph().Before(earlier), id) {
				l.t.Fatalf("%s stopped before %s, which starts after it", earlier, id)
			}
		}
	}
}

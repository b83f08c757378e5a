package job

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"unitd/units"
)

func TestHistoryIsBounded(t *testing.T) {
	var list []*units.Unit
	for i := range 100 {
		list = append(list, parseUnit(t, fmt.Sprintf("app.u%02d", i)))
	}
	w := newWorld(list...)
	var last Transaction
	for round := range 2 * maxHistory {
		request := Boot(w.view())
		if round%2 == 1 {
			request = StopAll(w.view())
		}
		last, _, _ = w.table.Submit(w.view(), request)
		w.begin()
		for _, job := range w.table.Installed() {
			w.finish(job.Unit, Done, "")
		}
	}
	if n := len(w.table.Transactions); n != maxHistory {
		t.Errorf("%d transactions are remembered, want %d", n, maxHistory)
	}
	if n := len(w.table.Jobs); n > maxEnded {
		t.Errorf("%d jobs are remembered, want %d at most", n, maxEnded)
	}
	if tx, jobs, ok := w.table.Transaction(last.ID); !ok || tx.Result != Done || len(jobs) != len(list) {
		t.Errorf("the last transaction: %v with %d jobs, known %v", tx.Result, len(jobs), ok)
	}
	oldest, jobs, ok := w.table.Transaction(w.table.History[0])
	if !ok || oldest.Result != Done || len(jobs) != 0 {
		t.Errorf("the oldest keeps its result only, got %v with %d jobs, known %v", oldest.Result, len(jobs), ok)
	}
	if _, _, ok := w.table.Transaction(1); ok {
		t.Error("the first transaction is still known")
	}
}

// What requests bring about in other units is told before, for those in which anything happens.
func TestCheckTellsConsequences(t *testing.T) {
	w := newWorld(parseUnit(t, "app.db"), parseUnit(t, "app.api requires=app.db"), parseUnit(t, "app.web requires=app.api"),
		parseUnit(t, "app.idle requires=app.db"), parseUnit(t, "app.cache"), parseUnit(t, "app.up"),
		parseUnit(t, "app.new requires=app.cache,app.up conflicts=app.old"), parseUnit(t, "app.old"))
	for _, id := range []units.ID{"app.db", "app.api", "app.web", "app.up", "app.old"} {
		w.activity[id] = Active
	}
	list, err := w.table.Check(w.view(), Request{Kind: Restart, Units: []units.ID{"app.db"}}, Request{Kind: Start, Units: []units.ID{"app.new"}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[units.ID]string{}
	for _, c := range list {
		got[c.Unit] = string(c.Kind) + ": " + c.Because.String()
	}
	want := map[units.ID]string{
		"app.api": "restart: requires app.db", "app.web": "restart: requires app.api",
		"app.cache": "start: required by app.new", "app.old": "stop: conflicts with app.new",
	}
	if !reflect.DeepEqual(got, want) || len(list) != len(want) || list[0].Unit != "app.old" {
		t.Errorf("got %v, want %v, what stops first", list, want)
	}
	if len(w.table.Jobs) != 0 {
		t.Error("jobs were made")
	}
}

// Who is under way in a start sees all of a transaction end but itself, and what is ordered after it, however far.
func TestEndedBut(t *testing.T) {
	w := newWorld(parseUnit(t, "app.run"), parseUnit(t, "app.after after=app.run"), parseUnit(t, "app.last after=app.after"), parseUnit(t, "app.other"))
	w.ask(Start, "app.run")
	w.begin()
	tx, _, err := w.table.Submit(w.view(), Request{Kind: Start, Units: []units.ID{"app.run", "app.after", "app.last", "app.other"}})
	if err != nil {
		t.Fatal(err)
	}
	w.begin()
	if w.table.EndedBut(w.view(), tx.ID, "app.run") {
		t.Error("it has ended though app.other is starting, which waits for nothing")
	}
	w.finish("app.other", Done, "")
	if !w.table.EndedBut(w.view(), tx.ID, "app.run") || w.table.EndedBut(w.view(), tx.ID, "app.other") {
		t.Error("what is left waits for app.run, and for nothing else")
	}
	w.finish("app.run", Done, "")
	w.begin()
	if w.table.EndedBut(w.view(), tx.ID, "app.run") {
		t.Error("it has ended though app.after is starting, which waits for nothing any more")
	}
}

func TestTableIsStoredWhole(t *testing.T) {
	w := newWorld(parseUnit(t, "app.a reload"), parseUnit(t, "app.b requires=app.a"), parseUnit(t, "app.c"))
	w.activity["app.c"] = Active
	w.ask(Start, "app.b")
	w.ask(Reload, "app.a")
	w.ask(Restart, "app.c")
	stored, err := json.Marshal(&w.table)
	if err != nil {
		t.Fatal(err)
	}
	var back Table
	if err := json.Unmarshal(stored, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back.Installed(), w.table.Installed()) || !reflect.DeepEqual(back.Transactions, w.table.Transactions) {
		t.Errorf("stored:\n%s\nread back:\n%v", stored, back.Installed())
	}
	back.Resume()
	w.table = back
	begun, _ := w.begin()
	var units []string
	for _, job := range begun {
		units = append(units, string(job.Now)+" "+string(job.Unit))
	}
	if want := []string{"start app.a", "stop app.c"}; !slices.Equal(units, want) {
		t.Errorf("begun again: %v, want %v", units, want)
	}
}

// A start that only the manager wants becomes one that somebody waits for when that somebody asks.
func TestOrigin(t *testing.T) {
	w := newWorld(parseUnit(t, "supervisor.s"), parseUnit(t, "app.m supervisor=supervisor.s"), parseUnit(t, "app.n supervisor=supervisor.s"))
	w.table.Submit(w.view(), Boot(w.view()))
	w.begin()
	w.ask(Start, "app.m")
	for id, want := range map[units.ID]string{"app.m": "", "app.n": WhyBoot, "supervisor.s": WhyBoot} {
		if job, _ := w.table.Of(id); job.Origin != want {
			t.Errorf("%s starts on behalf of %q, want %q", id, job.Origin, want)
		}
	}
}

// A job that was given by Begin may be overtaken before its unit is told.
func TestRuns(t *testing.T) {
	w := newWorld(parseUnit(t, "app.a"))
	w.table.Submit(w.view(), Request{Kind: Start, Units: []units.ID{"app.a"}})
	begun, _ := w.table.Begin(w.view())
	if len(begun) != 1 || !w.table.Runs(begun[0]) {
		t.Fatalf("begun: %v", begun)
	}
	w.table.Submit(w.view(), Request{Kind: Stop, Units: []units.ID{"app.a"}})
	if w.table.Runs(begun[0]) {
		t.Error("the canceled job runs")
	}
}

// What a unit reports that its job is not about changes nothing.
func TestFinishIsOfOneHalf(t *testing.T) {
	w := newWorld(parseUnit(t, "app.a"))
	w.activity["app.a"] = Active
	w.ask(Restart, "app.a")
	for _, what := range []Kind{Start, Reload} {
		if changes := w.table.Finish(w.view(), "app.a", what, Failed, "it was stopped meanwhile"); len(changes.Jobs) > 0 {
			t.Errorf("the end of a %s ended %v", what, changes.Jobs)
		}
	}
	if job, _ := w.table.Of("app.a"); job.Now != Stop || job.State != Running {
		t.Errorf("the restart is at %s, %s", job.Now, job.State)
	}
}

// A unit that reaches what its job is for before it runs needs not run it; a reload of what has gone fails.
func TestBeginEndsWhatIsDone(t *testing.T) {
	for _, c := range []struct {
		kind          Kind
		before, after Activity
		result        Result
	}{
		{Start, Activating, Active, Done},
		{Stop, Active, Down, Done},
		{Reload, Active, Down, Failed},
	} {
		w := newWorld(parseUnit(t, "app.a reload"))
		w.activity["app.a"] = c.before
		w.table.Submit(w.view(), Request{Kind: c.kind, Units: []units.ID{"app.a"}})
		w.activity["app.a"] = c.after
		begun, changes := w.table.Begin(w.view())
		if len(begun) > 0 || len(changes.Jobs) != 1 || changes.Jobs[0].Result != c.result {
			t.Errorf("%s of a unit that came to be %s: begun %v, ended %v", c.kind, c.after, begun, changes.Jobs)
		}
	}
}

// A start that meets its unit on the way down lets it finish.
func TestStartWaitsForAStopOfItsOwn(t *testing.T) {
	w := newWorld(parseUnit(t, "app.a"))
	w.activity["app.a"] = Activating
	w.table.Submit(w.view(), Request{Kind: Start, Units: []units.ID{"app.a"}})
	w.activity["app.a"] = Deactivating
	begun, _ := w.begin()
	if len(begun) != 1 || begun[0].Now != Stop || begun[0].Kind != Start {
		t.Fatalf("begun: %v", begun)
	}
	w.finish("app.a", Done, "")
	if begun, _ := w.begin(); len(begun) != 1 || begun[0].Now != Start {
		t.Errorf("after the stop: %v", begun)
	}
}

// A restart that waits behind a stop and loses what it requires leaves its unit running, and what requires
// that unit loses nothing.
func TestLossLeavesWhatRuns(t *testing.T) {
	w := newWorld(parseUnit(t, "app.db"), parseUnit(t, "app.calm requires=app.db"), parseUnit(t, "app.slow after=app.calm"),
		parseUnit(t, "app.user requires=app.calm"))
	w.activity["app.calm"], w.activity["app.slow"] = Active, Active
	w.ask(Start, "app.db")
	w.ask(Stop, "app.slow")
	w.ask(Restart, "app.calm")
	w.ask(Start, "app.user")
	w.finish("app.db", Failed, "exit 1")
	if job, busy := w.table.Of("app.calm"); busy {
		t.Errorf("the restart goes on: %v", job)
	}
	if _, busy := w.table.Of("app.user"); !busy {
		t.Error("the start of what requires the running unit is gone")
	}
}

// A new start plans anew what an earlier failure had taken from a restart.
func TestLossIsMadeGood(t *testing.T) {
	w := newWorld(parseUnit(t, "app.db"), parseUnit(t, "app.a requires=app.db"))
	w.activity["app.a"] = Active
	w.ask(Start, "app.db")
	w.ask(Restart, "app.a")
	w.finish("app.db", Failed, "exit 1")
	w.ask(Start, "app.a")
	for _, id := range []units.ID{"app.a", "app.db", "app.a"} {
		w.finish(id, Done, "")
		w.begin()
	}
	if w.look("app.a") != Active || !w.table.Idle() {
		t.Errorf("app.a is %s, jobs left: %v", w.look("app.a"), w.table.Installed())
	}
}

func TestAutostart(t *testing.T) {
	set := units.NewSet(
		parseUnit(t, "app.a"), parseUnit(t, "app.off disabled"), parseUnit(t, "job.j"), parseUnit(t, "pipeline.p"),
		parseUnit(t, "supervisor.off disabled"), parseUnit(t, "app.member supervisor=supervisor.off"),
		&units.Unit{ID: "app.template", Enabled: true, App: &units.App{}, TemplateOf: "pool.p"},
	)
	view := View{Set: set, Activity: func(units.ID) Activity { return Inactive }}
	if got := Boot(view).Units; !slices.Equal(got, []units.ID{"app.a"}) {
		t.Errorf("boot starts %v", got)
	}
}

func TestConsequences(t *testing.T) {
	w := newWorld(parseUnit(t, "app.a on_failure=app.f on_success=app.s"), parseUnit(t, "app.f"), parseUnit(t, "app.s"),
		parseUnit(t, "app.bound binds_to=app.a"), parseUnit(t, "app.idle binds_to=app.a"), parseUnit(t, "app.calm requires=app.a"))
	w.activity["app.bound"], w.activity["app.calm"] = Active, Active
	for name, c := range map[string]struct {
		got  []Request
		kind Kind
		unit units.ID
	}{
		"stopped":  {WhenStopped(w.view(), "app.a"), Stop, "app.bound"},
		"failed":   {WhenFailed(w.view(), "app.a"), Start, "app.f"},
		"finished": {WhenFinished(w.view(), "app.a"), Start, "app.s"},
	} {
		if len(c.got) != 1 || c.got[0].Kind != c.kind || !slices.Equal(c.got[0].Units, []units.ID{c.unit}) || !strings.Contains(c.got[0].Why, "app.a") {
			t.Errorf("%s: %+v", name, c.got)
		}
	}
	if got := slices.Concat(WhenStopped(w.view(), "app.f"), WhenFailed(w.view(), "app.f"), WhenFinished(w.view(), "app.gone")); len(got) > 0 {
		t.Errorf("nothing follows from app.f, got %v", got)
	}
}

func TestRefused(t *testing.T) {
	w := newWorld(parseUnit(t, "app.a"), &units.Unit{ID: "app.template", App: &units.App{}, TemplateOf: "pool.p"})
	for _, r := range []Request{
		{Kind: Start, Units: []units.ID{"app.a", "app.none"}},
		{Kind: "explode", Units: []units.ID{"app.a"}},
		{Kind: Start, Units: []units.ID{"app.template"}},
	} {
		tx, changes, err := w.table.Submit(w.view(), r)
		if err == nil || tx.Result != Failed || tx.Reason != err.Error() || len(changes.Transactions) != 1 {
			t.Errorf("%v: %v, %v, %v", r, err, tx, changes)
		}
		if !w.table.Idle() {
			t.Errorf("%v left %v", r, w.table.Installed())
		}
		if kept, _, ok := w.table.Transaction(tx.ID); !ok || kept.Reason != tx.Reason {
			t.Errorf("%v is remembered as %v, %v", r, kept, ok)
		}
	}
}

// A cycle in the order, as a unit that leaves may form with new definitions, holds up nothing for ever.
func TestKnot(t *testing.T) {
	w := newWorld(parseUnit(t, "app.a after=app.b"), parseUnit(t, "app.b after=app.a"), parseUnit(t, "app.c after=app.b"))
	all := []units.ID{"app.a", "app.b", "app.c"}
	for _, kind := range []Kind{Start, Restart, Stop} {
		w.table.Submit(w.view(), Request{Kind: kind, Units: all})
		for range 10 {
			begun, _ := w.begin()
			for _, job := range begun {
				w.finish(job.Unit, Done, "")
			}
		}
		for _, id := range all {
			if up := w.look(id) == Active; !w.table.Idle() || up != (kind != Stop) {
				t.Errorf("after %s: %s is %s, jobs left: %v", kind, id, w.look(id), w.table.Installed())
			}
		}
	}
}

package job

import (
	"fmt"
	"testing"

	"unitd/units"
)

const subject = units.ID("app.a")

// rows are the situations in which a second request may meet a unit: how to get there.
var rows = []struct {
	name    string
	arrange func(w *world)
}{
	{"nothing, inactive", func(*world) {}},
	{"nothing, active", func(w *world) { w.activity[subject] = Active }},
	{"nothing, deactivating", func(w *world) { w.activity[subject] = Deactivating }},
	{"start waiting", func(w *world) { w.ask(Start, "app.z"); w.ask(Start, subject) }},
	{"start waiting, auto-restart", func(w *world) {
		w.activity[subject] = Activating
		w.ask(Start, "app.z")
		w.ask(Start, subject)
	}},
	{"start running", func(w *world) { w.ask(Start, subject) }},
	{"stop waiting", func(w *world) {
		w.activity[subject], w.activity["app.later"] = Active, Active
		w.ask(Stop, "app.later")
		w.ask(Stop, subject)
	}},
	{"stop running", func(w *world) { w.activity[subject] = Active; w.ask(Stop, subject) }},
	{"restart, stopping", func(w *world) { w.activity[subject] = Active; w.ask(Restart, subject) }},
	{"restart, starting", func(w *world) {
		w.activity[subject] = Active
		w.ask(Restart, subject)
		w.finish(subject, Done, "")
		w.begin()
	}},
	{"reload waiting", func(w *world) {
		w.activity[subject] = Active
		w.ask(Start, "app.z")
		w.ask(Reload, subject)
	}},
	{"reload running", func(w *world) { w.activity[subject] = Active; w.ask(Reload, subject) }},
}

// cells say what the unit has afterwards, before anything new begins, and what became of the old job: it
// serves the new request too ("shared"), it was canceled, or nothing of the kind.
var cells = map[string]map[Kind]string{
	"nothing, inactive": {
		Start: "start waiting", Stop: "none", Restart: "start waiting", Reload: "refused",
	},
	"nothing, active": {
		Start: "none", Stop: "stop waiting", Restart: "restart/stop waiting", Reload: "reload waiting",
	},
	"nothing, deactivating": {
		Start: "start/stop waiting", Stop: "stop waiting", Restart: "restart/stop waiting", Reload: "refused",
	},
	"start waiting": {
		Start: "start waiting, shared", Stop: "none, canceled", Restart: "start waiting, shared", Reload: "start waiting, shared",
	},
	"start waiting, auto-restart": {
		Start: "start waiting, shared", Stop: "stop waiting, canceled", Restart: "restart/stop waiting, shared", Reload: "start waiting, shared",
	},
	"start running": {
		Start: "start running, shared", Stop: "stop waiting, canceled", Restart: "restart/stop waiting, shared", Reload: "start running then reload",
	},
	"stop waiting": {
		Start: "none, canceled", Stop: "stop waiting, shared", Restart: "restart/stop waiting, canceled", Reload: "refused",
	},
	"stop running": {
		Start: "start/stop waiting, canceled", Stop: "stop running, shared", Restart: "restart/stop waiting, canceled", Reload: "refused",
	},
	"restart, stopping": {
		Start: "restart/stop running, shared", Stop: "stop waiting, canceled", Restart: "restart/stop running, shared", Reload: "restart/stop running, shared",
	},
	"restart, starting": {
		Start: "restart/start running, shared", Stop: "stop waiting, canceled", Restart: "restart/stop waiting, shared", Reload: "restart/start running then reload",
	},
	"reload waiting": {
		Start: "reload waiting", Stop: "stop waiting, canceled", Restart: "restart/stop waiting, shared", Reload: "reload waiting, shared",
	},
	"reload running": {
		Start: "reload running", Stop: "stop waiting, canceled", Restart: "restart/stop waiting, shared", Reload: "reload running then reload",
	},
}

func (w *world) ask(kind Kind, id units.ID) (Transaction, Changes, error) {
	tx, changes, err := w.table.Submit(w.view(), Request{Kind: kind, Units: []units.ID{id}})
	w.begin()
	return tx, changes, err
}

func TestSecondRequest(t *testing.T) {
	for _, row := range rows {
		for _, kind := range []Kind{Start, Stop, Restart, Reload} {
			t.Run(fmt.Sprintf("%s + %s", row.name, kind), func(t *testing.T) {
				w := newWorld(parseUnit(t, "app.z"), parseUnit(t, "app.a after=app.z reload"), parseUnit(t, "app.later after=app.a"))
				row.arrange(w)
				old, _ := w.table.Of(subject)
				tx, _, err := w.table.Submit(w.view(), Request{Kind: kind, Units: []units.ID{subject}})
				w.checkIndex(t)
				if got, want := w.outcome(old, tx, err), cells[row.name][kind]; got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		}
	}
}

// outcome puts into words what a second request has led to.
func (w *world) outcome(old Job, tx Transaction, err error) string {
	if err != nil {
		return "refused"
	}
	words := "none"
	if job, ok := w.table.Of(subject); ok {
		words = string(job.Kind)
		if job.Kind != job.Now {
			words += "/" + string(job.Now)
		}
		words += " " + string(job.State)
	}
	if next := w.table.next(subject); next != nil {
		words += " then " + string(next.Kind)
	}
	if job, ok := w.table.Job(old.ID); ok {
		switch {
		case job.Result == Canceled:
			words += ", canceled"
		case len(job.Transactions) > 1 && job.Transactions[1] == tx.ID:
			words += ", shared"
		}
	}
	return words
}

// A reload that crashes leaves its job behind a unit that is on its way up again: a start takes the job over.
func TestStartWhileReloadFails(t *testing.T) {
	for _, name := range []string{"reload waiting", "reload running"} {
		for _, row := range rows {
			if row.name != name {
				continue
			}
			w := newWorld(parseUnit(t, "app.z"), parseUnit(t, "app.a after=app.z reload"))
			row.arrange(w)
			w.activity[subject] = Activating
			old, _ := w.table.Of(subject)
			tx, _, err := w.table.Submit(w.view(), Request{Kind: Start, Units: []units.ID{subject}})
			if got := w.outcome(old, tx, err); got != "start waiting, shared" {
				t.Errorf("%s: got %q", name, got)
			}
		}
	}
}

// The algebra inside one transaction is commutative and idempotent.
func TestTogether(t *testing.T) {
	kinds := []Kind{Start, Stop, Restart, Reload}
	for _, a := range kinds {
		if together(a, a) != a {
			t.Errorf("%s and %s make %q", a, a, together(a, a))
		}
		for _, b := range kinds {
			if together(a, b) != together(b, a) {
				t.Errorf("%s and %s make %q, the other way round %q", a, b, together(a, b), together(b, a))
			}
			if (together(a, b) == "") != (a != b && (a == Stop || b == Stop)) {
				t.Errorf("%s and %s make %q", a, b, together(a, b))
			}
		}
	}
}

// Every cell of the table has an entry.
func TestMergersAreComplete(t *testing.T) {
	for _, s := range []situation{startWaiting, startRunning, stopping, stopThenStart, reloadWaiting, reloadRunning} {
		for _, kind := range []Kind{Start, Stop, Restart, Reload} {
			if mergers[s][kind] == "" {
				t.Errorf("no entry for %s + %s", s, kind)
			}
		}
	}
}

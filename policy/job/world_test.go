package job

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"unitd/units"
)

// world stands for the engine and the units: it runs what the table says and keeps each unit's activity.
type world struct {
	set      *units.Set
	table    Table
	activity map[units.ID]Activity
	disabled map[units.ID]bool
}

func newWorld(list ...*units.Unit) *world {
	w := &world{set: units.NewSet(list...), activity: map[units.ID]Activity{}, disabled: map[units.ID]bool{}}
	for _, u := range list {
		w.disabled[u.ID] = !u.Enabled
	}
	return w
}

func (w *world) view() View {
	return View{
		Set:      w.set,
		Enabled:  func(id units.ID) bool { return !w.disabled[id] },
		Activity: w.look,
	}
}

func (w *world) look(id units.ID) Activity {
	if a, known := w.activity[id]; known {
		return a
	}
	return Inactive
}

// begin runs all that may run, and lets each unit begin what it is told.
func (w *world) begin() ([]Job, Changes) {
	begun, changes := w.table.Begin(w.view())
	for _, j := range begun {
		w.activity[j.Unit] = map[Kind]Activity{Start: Activating, Stop: Deactivating, Reload: Reloading}[j.Now]
	}
	return begun, changes
}

// finish lets a unit come to the end of what its job is doing.
func (w *world) finish(id units.ID, result Result, reason string) Changes {
	job, _ := w.table.Of(id)
	switch {
	case job.Now == Reload:
		w.activity[id] = Active
	case !result.OK():
		w.activity[id] = Down
	case job.Now == Start:
		w.activity[id] = Active
	default:
		w.activity[id] = Inactive
	}
	return w.table.Finish(w.view(), id, job.Now, result, reason)
}

// parseUnit reads "app.api requires=app.db,app.x supervisor=supervisor.web disabled reload".
func parseUnit(t *testing.T, line string) *units.Unit {
	t.Helper()
	words := strings.Fields(line)
	u := &units.Unit{ID: units.ID(words[0]), Enabled: true}
	switch u.ID.Kind() {
	case units.KindApp:
		u.App = &units.App{}
	case units.KindPool:
		u.Pool = &units.Pool{}
	case units.KindJob:
		u.Job = &units.Job{}
	case units.KindPipeline:
		u.Pipeline = &units.Pipeline{}
	case units.KindSupervisor:
		u.Group = &units.Supervisor{}
	case units.KindDelay:
		u.Delay = &units.Delay{}
	}
	lists := map[string]*[]units.ID{
		"requires": &u.Requires, "wants": &u.Wants, "binds_to": &u.BindsTo, "part_of": &u.PartOf,
		"after": &u.After, "before": &u.Before, "conflicts": &u.Conflicts,
		"on_failure": &u.OnFailure, "on_success": &u.OnSuccess,
	}
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "disabled":
			u.Enabled = false
		case "reload":
			u.App.Reload = &units.ReloadAction{Signal: "SIGHUP"}
		case "supervisor":
			u.Supervisor = units.ID(value)
		default:
			list, known := lists[name]
			if !known {
				t.Fatalf("unknown attribute %q of %s", name, u.ID)
			}
			*list = ids(value)
		}
	}
	return u
}

func ids(commas string) []units.ID {
	var list []units.ID
	for id := range strings.SplitSeq(commas, ",") {
		list = append(list, units.ID(id))
	}
	return list
}

// checkIndex compares the counts that Begin relies on with a count from nothing, and that no unit has more
// than its slot's jobs.
func (w *world) checkIndex(t interface{ Fatalf(string, ...any) }) {
	w.table.against(w.set.Graph())
	running := 0
	for _, job := range w.table.Installed() {
		if job.State == Running {
			running++
		}
		if w.table.Units[job.Unit].Current != job.ID {
			continue
		}
		n := 0
		w.table.eachWait(w.table.Jobs[job.ID], func(units.ID) { n++ })
		if got := w.table.index.waits[job.Unit]; got != n {
			t.Fatalf("%s waits for %d jobs, the index says %d", job.Unit, n, got)
		}
	}
	if running != w.table.index.running {
		t.Fatalf("%d jobs run, the index says %d", running, w.table.index.running)
	}
	open := map[uint64]int{}
	for _, job := range w.table.Installed() {
		if len(job.Transactions) == 0 {
			t.Fatalf("%s %s belongs to no transaction", job.Kind, job.Unit)
		}
		for _, id := range job.Transactions {
			open[id]++
		}
	}
	for id, tx := range w.table.Transactions {
		if tx.Open != open[id] {
			t.Fatalf("transaction %d has %d open jobs, counts %d", id, open[id], tx.Open)
		}
		if tx.Open == 0 != slices.Contains(w.table.History, id) {
			t.Fatalf("transaction %d with %d open jobs: in history %v", id, tx.Open, w.table.History)
		}
	}
}

func describe(j Job) string {
	what := string(j.Kind)
	if j.Kind != j.Now && j.State != Ended {
		what += fmt.Sprintf(" (now: %s)", j.Now)
	}
	return what + " " + string(j.Unit)
}

package screen

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"unitd/internal/columns"
	"unitd/internal/golden"
	"unitd/ipc/protocol"
)

var now = time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)

func style(width int) Style { return Style{Now: now, Width: width, Home: "/home/u"} }

func ago(d time.Duration) time.Time { return now.Add(-d) }

const day = 24 * time.Hour

// boot is the chain that the document on behaviour draws. Units come in the order in which they start, so
// a supervisor comes after its members.
func boot() ([]protocol.UnitStatus, protocol.ManagerStatus) {
	const m = 1 << 20
	list := []protocol.UnitStatus{
		{ID: "delay.settle", Kind: "delay", Active: "active", Sub: "exited", Since: ago(3 * day), Note: "30 s after host boot", Enabled: true},
		{ID: "pool.api", Kind: "pool", Active: "active", Sub: "running", Since: ago(3 * day), MemoryBytes: 258 * m, Supervisor: "supervisor.web",
			Note: "3/3 ready on 127.0.0.1:8001", Enabled: true, Workers: []protocol.Worker{
				{Index: 1, Active: "active", Sub: "running", MainPID: 1234, Since: ago(2 * time.Hour), MemoryBytes: 92 * m},
				{Index: 2, Active: "active", Sub: "running", MainPID: 1235, Since: ago(2 * time.Hour), MemoryBytes: 95 * m},
				{Index: 3, Active: "activating", Sub: "auto-restart", Since: ago(2 * time.Second), Note: "exit 3, 4th in a row; in 8 s",
					LastOutput: []string{"Traceback (most recent call last):", "ModuleNotFoundError: No module named 'redis'", ""}},
			}},
		{ID: "supervisor.web", Kind: "supervisor", Active: "active", Sub: "running", Since: ago(3 * day), MemoryBytes: 258 * m, Enabled: true},
		{ID: "job.nightly", Kind: "job", Active: "inactive", Sub: "dead", Note: "next 03:15 +01:00; last ok 41 s"},
		{ID: "pipeline.deploy", Kind: "pipeline", Active: "inactive", Sub: "dead", Note: "#17 ok, 2 h ago, 3f9c1e2"},
	}
	manager := protocol.ManagerStatus{
		Version: "0.1.0", PID: 1180, Since: ago(3 * day),
		UnitsDir: "/home/u/.config/unitd/units", Commit: "3f9c1e2", AppliedAt: ago(2 * time.Hour),
		MemoryBytes: 269 * m, MemoryLimitBytes: 1 << 30, Tasks: 12, TasksLimit: 100, Containment: "namespace",
	}
	return list, manager
}

func drawn(t *testing.T, name, got string) {
	t.Helper()
	golden.Compare(t, filepath.Join("testdata", name+".txt"), got)
}

func TestStatus(t *testing.T) {
	list, manager := boot()
	drawn(t, "status", Status(list, manager, "cron, @reboot + every minute", style(80)))
	colour := style(80)
	colour.Colour = true
	drawn(t, "status-colour", Status(list, manager, "cron, @reboot + every minute", colour))

	manager.ChangesNotApplied = 1
	manager.Commit = ""
	if got := Status(list, manager, "", style(0)); !strings.Contains(got, ", 1 change not applied: unitctl plan\n") || !strings.Contains(got, "up 3 d\n") {
		t.Errorf("with a change:\n%s", got)
	}
	manager.UnitsDir = "/srv/with/a/rather/long/name/of/the/directory"
	if got := Status(list, manager, "", style(80)); !strings.Contains(got, "2 h ago, 1 change\n      not applied: unitctl plan\n") {
		t.Errorf("with a long directory:\n%s", got)
	}
	manager.UnitsDir = "/home/u/.config/unitd/units"
	if got := Status(nil, manager, "", style(80)); !strings.Contains(got, "no units: write *.hcl files into ~/.config") {
		t.Errorf("without units:\n%s", got)
	}
	manager.LoadError, manager.ChangesNotApplied, manager.Stopping, manager.Units = "Error: broken\n\n  on a.hcl line 1", -1, true, len(list)
	if got := Status(list, manager, "", style(80)); !strings.Contains(got, "the last good load is in force") || !strings.Contains(got, "stopping") {
		t.Errorf("with bad files:\n%s", got)
	}
	manager.Units = 0
	if got := Status(nil, manager, "", style(80)); !strings.Contains(got, "no last good load") || !strings.Contains(got, "\nno units run\n") {
		t.Errorf("with bad files and nothing to fall back to:\n%s", got)
	}
	manager.LoadError = "load units: directory /home/u/units does not exist; create it"
	if got := Status(nil, manager, "", style(80)); !strings.Contains(got, "\n"+manager.LoadError+"\n") || strings.Contains(got, "applied") {
		t.Errorf("without a directory:\n%s", got)
	}
}

// TestStatusFits holds every line of a crowded screen to its width.
func TestStatusFits(t *testing.T) {
	long := strings.Repeat("long-", 30)
	list := []protocol.UnitStatus{
		{ID: "app." + long, Active: "failed", Sub: "start-limit", Note: long, MainPID: 4194304, MemoryBytes: 5 << 30, Since: ago(time.Hour), LastOutput: []string{long + "\x1b[31m"}},
		{ID: "pool.x", Active: "deactivating", Sub: "stop", Since: ago(59 * time.Minute), StatusText: "text\nof \x07 the program"},
		{ID: "app.y", Description: strings.Repeat("日本語", 40), Active: "active", Note: strings.Repeat("日本語 ", 40)},
	}
	manager := protocol.ManagerStatus{Version: long, UnitsDir: "/" + long, Since: now, AppliedAt: now, LoadError: long}
	for _, width := range []int{60, 80, 132} {
		screen := Status(list, manager, "", style(width)) + Units(list, style(width)) + List(list, style(width))
		for line := range strings.Lines(screen) {
			line = strings.TrimSuffix(line, "\n")
			// The hint to the logs of a unit with such a name is never cut.
			if columns.Width(line) > width && !strings.Contains(line, "unitctl logs") {
				t.Errorf("width %d: %q has %d columns", width, line, columns.Width(line))
			}
			if strings.ContainsAny(line, "\x1b\x07") {
				t.Errorf("%q would reach the terminal", line)
			}
		}
	}
}

func TestUnits(t *testing.T) {
	three := 3
	drawn(t, "units", Units([]protocol.UnitStatus{{
		ID: `app.site["shop"]`, Description: "The shop", Active: "failed", Sub: "exit", Note: "exit 3", StatusText: "loading",
		Restarts: &three, Containment: "process",
		Listen: []protocol.Listen{{Name: "http", Address: "127.0.0.1:8001"}},
		Health: []protocol.Health{
			{Name: "http", Failures: 2, LastError: "connection refused"}, {Name: "deep", OK: true}, {Name: "new"},
			{Name: "flaps", OK: true, Failures: 1, LastError: "status 500"}, {Name: "slow", LastError: "status 503"},
		},
		LastExit: &protocol.LastExit{Reason: "exit", Code: &three, At: ago(90 * time.Second)},
	}, {
		ID: "pool.api", Active: "activating", Sub: "auto-restart", Note: "0/1 ready", Enabled: true,
		LastExit: &protocol.LastExit{Reason: "health", Signal: "SIGTERM", At: ago(time.Second), Why: `health "http" failed 2 times: status 500`},
		Workers: []protocol.Worker{{Index: 1, Active: "activating", Sub: "auto-restart",
			Note: "find program uvicorn: not found in PATH /home/shop/bin:/usr/local/bin:/usr/bin:/bin, 2nd in a row; in 3 s"}},
	}}, style(80)))
}

// TestStatusOfCrowd draws a screen whose states leave notes little room, and units in the order of their starts.
func TestStatusOfCrowd(t *testing.T) {
	manager := protocol.ManagerStatus{Version: "0.1.0", PID: 1180, Since: ago(time.Hour), UnitsDir: "/home/u/units", AppliedAt: ago(time.Minute)}
	drawn(t, "crowd", Status([]protocol.UnitStatus{
		{ID: "app.hook", Kind: "app", Active: "failed", Sub: "start-limit", Note: "pre_start hook 1: exit 4; gave up after 2 restarts in 1 min",
			LastOutput: []string{"migrating"}},
		{ID: "app.inuse", Kind: "app", Active: "activating", Sub: "auto-restart",
			Note: "bind app.inuse: 127.0.0.1:8099 is in use by pid 3138 (python3) of this account, 3rd in a row; in 4 s"},
		{ID: "app.noisy", Kind: "app", Active: "activating", Sub: "auto-restart", Note: strings.Repeat("a long story ", 20)},
		{ID: "delay.database", Kind: "delay", Active: "active", Sub: "exited", Since: ago(time.Hour), Note: "127.0.0.1:3306 is there"},
		{ID: "job.nightly", Kind: "job", Active: "inactive", Sub: "dead", Note: "next 03:15 +01:00"},
		{ID: "pool.api", Kind: "pool", Active: "active", Sub: "degraded", Since: ago(time.Hour), MemoryBytes: 258 << 20, Supervisor: "supervisor.web",
			Note: "2/3 ready on 127.0.0.1:8001; maintenance: answering 503"},
		{ID: "supervisor.web", Kind: "supervisor", Active: "active", Sub: "running", Since: ago(time.Hour)},
	}, manager, "", style(80)))
}

func TestList(t *testing.T) {
	list, _ := boot()
	list[0].Description = "Let the host settle"
	drawn(t, "list", List(list, style(80)))
}

func TestTree(t *testing.T) {
	unit := func(id, supervisor string) protocol.UnitStatus {
		return protocol.UnitStatus{ID: id, Supervisor: supervisor}
	}
	var got []string
	for _, n := range tree([]protocol.UnitStatus{
		unit("a", "inner"), unit("b", ""), unit("c", "outer"), unit("inner", "outer"), unit("outer", ""), unit("d", "not listed"),
	}) {
		got = append(got, strings.Repeat(">", n.depth)+n.unit.ID)
	}
	if want := "outer >inner >>a >c b d"; strings.Join(got, " ") != want {
		t.Errorf("got %q, want %s", got, want)
	}
}

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 0: "0 s", 59 * time.Second: "59 s", time.Minute: "1 min", 119 * time.Minute: "1 h",
		47 * time.Hour: "47 h", 48 * time.Hour: "2 d", 400 * day: "400 d",
	} {
		if got := Duration(d); got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
	for bytes, want := range map[int64]string{5: "5B", 1 << 10: "1K", 860160: "840K", 92 << 20: "92M", 1 << 30: "1.0G", 3 << 29: "1.5G"} {
		if got := Size(bytes); got != want {
			t.Errorf("%d: got %q, want %q", bytes, got, want)
		}
	}
	for _, test := range [][3]string{
		{"active", "running", "active"}, {"active", "exited", "active (exited)"}, {"active", "degraded", "active (degraded)"},
		{"activating", "auto-restart", "auto-restart"}, {"activating", "start", "activating (start)"},
		{"reloading", "", "reloading"}, {"failed", "start-limit", "failed (start-limit)"}, {"inactive", "dead", "inactive (dead)"},
	} {
		if got := State(test[0], test[1]); got != test[2] {
			t.Errorf("%s %s: got %q", test[0], test[1], got)
		}
	}
	for id, want := range map[string]string{"pool.api": "api", `app.site["blog.example"]`: "site.blog.example", "x": "x"} {
		if got := ShortName(id); got != want {
			t.Errorf("%s: got %q, want %q", id, got, want)
		}
	}
	code := 0
	for _, test := range []struct {
		exit protocol.LastExit
		want string
	}{
		{protocol.LastExit{Reason: "oom", Signal: "SIGKILL", At: ago(time.Minute)}, "SIGKILL (oom), 1 min ago"},
		{protocol.LastExit{Reason: "clean", Code: &code}, "exit 0 (clean)"},
		{protocol.LastExit{Reason: "stop"}, "stop"},
	} {
		if got := Exit(test.exit, style(0)); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

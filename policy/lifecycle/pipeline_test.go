package lifecycle

import (
	"strings"
	"testing"

	"unitd/units"
)

// usual is a pipeline as people have it.
func usual(layout string) *units.Unit {
	return steps(true, fetches(layout), runs("install", "restore"), runs("test"), runs("migrate", "state", "undo"),
		verb(units.StepReload, "pool.api"), verb(units.StepHealthy, "pool.api"))
}

func TestPipelines(t *testing.T) {
	for _, c := range []struct {
		name   string
		def    *units.Unit
		says   func(string) deed
		result string
		why    string
		trace  []string
	}{
		{
			name: "all goes well", def: usual(units.LayoutReleases), says: migrates(fails()), result: RunOK,
			trace: []string{
				"install in 2-2222222", "test in 2-2222222", "state of migrate in 2-2222222", "migrate in 2-2222222", "state of migrate in 2-2222222",
				"activate 2-2222222", "reload pool.api on 2-2222222", "healthy [pool.api] on 2-2222222",
			},
		},
		{
			name: "a test fails", def: usual(units.LayoutReleases), says: migrates(fails("test")), result: RunRolledBack, why: "step test: exit 1",
			trace: []string{"install in 2-2222222", "test fails in 2-2222222", "discard 2-2222222", "restore of install in 1-1111111"},
		},
		{
			name: "the new code does not start", def: usual(units.LayoutReleases), says: migrates(fails("reload pool.api")), result: RunRolledBack,
			why: "step reload: pool.api: exit 1",
			trace: []string{
				"install in 2-2222222", "test in 2-2222222", "state of migrate in 2-2222222", "migrate in 2-2222222", "state of migrate in 2-2222222",
				"activate 2-2222222", "reload pool.api on 2-2222222", "activate 1-1111111", "undo of migrate in 2-2222222", "discard 2-2222222",
				"restore of install in 1-1111111",
			},
		},
		{
			name: "it starts, and is not healthy", def: usual(units.LayoutReleases), says: migrates(ill(1)), result: RunRolledBack,
			why: "step healthy: it took longer than its timeout of 1 min: pool.api is ill",
			trace: []string{
				"install in 2-2222222", "test in 2-2222222", "state of migrate in 2-2222222", "migrate in 2-2222222", "state of migrate in 2-2222222",
				"activate 2-2222222", "reload pool.api on 2-2222222", "activate 1-1111111", "reload pool.api on 1-1111111",
				"healthy [pool.api] on 1-1111111", "undo of migrate in 2-2222222", "discard 2-2222222", "restore of install in 1-1111111",
			},
		},
		{
			name: "nothing was migrated, so nothing is undone", def: usual(units.LayoutReleases), says: fails("reload pool.api"), result: RunRolledBack,
			why: "step reload: pool.api: exit 1",
			trace: []string{
				"install in 2-2222222", "test in 2-2222222", "state of migrate in 2-2222222", "migrate in 2-2222222", "state of migrate in 2-2222222",
				"activate 2-2222222", "reload pool.api on 2-2222222", "activate 1-1111111", "discard 2-2222222", "restore of install in 1-1111111",
			},
		},
		{
			name: "the undo fails", def: usual(units.LayoutReleases), says: migrates(fails("reload pool.api", "undo of migrate")), result: RunRollbackFailed,
			why: "step reload: pool.api: exit 1; undo of step migrate: exit 1; put it right by hand: nothing beyond it was taken back",
			trace: []string{
				"install in 2-2222222", "test in 2-2222222", "state of migrate in 2-2222222", "migrate in 2-2222222", "state of migrate in 2-2222222",
				"activate 2-2222222", "reload pool.api on 2-2222222", "activate 1-1111111", "undo of migrate fails in 2-2222222",
			},
		},
		{
			name: "in place units come back when the files have", def: usual(units.LayoutInPlace), says: migrates(ill(1)), result: RunRolledBack,
			why: "step healthy: it took longer than its timeout of 1 min: pool.api is ill",
			trace: []string{
				"reset to 222", "install in site", "test in site", "state of migrate in site", "migrate in site", "state of migrate in site",
				"reload pool.api on .", "undo of migrate in site", "reset to 111", "restore of install in site", "reload pool.api on .", "healthy [pool.api] on .",
			},
		},
		{
			name: "no rollback", def: func() *units.Unit { u := usual(units.LayoutReleases); u.Pipeline.Rollback = false; return u }(),
			says: fails("test"), result: RunFailed, why: "step test: exit 1", trace: []string{"install in 2-2222222", "test fails in 2-2222222"},
		},
		{
			name: "git fails", def: usual(units.LayoutReleases), says: fails("git fetch"), result: RunFailed, why: "step fetch: ",
			trace: []string{"git fetch fails"},
		},
		{
			name: "without a step that makes it live, the end does", def: steps(true, fetches(units.LayoutReleases), runs("build")), result: RunOK,
			trace: []string{"build in 2-2222222", "activate 2-2222222"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newSite(t, c.def)
			w.commit, w.up["pool.api"], w.checked = "2222222", true, strings.Repeat("1", 40)
			w.current, w.unit.Pipeline.LastID = siteDirectory+"/releases/1-1111111", 1
			if git := c.def.Pipeline.Git(); git != nil && git.Layout == units.LayoutInPlace {
				w.current = ""
			}
			w.says = c.says
			r := w.deploys(PipelineRequest{By: ByDeploy, From: "uid 1000"})
			if r.Result != c.result || r.Why != c.why && !(strings.HasSuffix(c.why, ": ") && strings.HasPrefix(r.Why, c.why)) {
				t.Errorf("%s: %s", r.Result, r.Why)
			}
			if last := r.Steps[len(r.Steps)-1]; strings.HasSuffix(c.why, " is ill") && strings.Join(last.Lines, "\n") != "it says why" {
				t.Errorf("of what the unit has written its step shows %q", last.Lines)
			}
			if got, want := strings.Join(w.trace, "\n"), strings.Join(c.trace, "\n"); got != want {
				t.Errorf("did:\n%s\n\nnot:\n%s", got, want)
			}
			if t.Failed() {
				t.Logf("history:\n%s", strings.Join(w.tale, "\n"))
			}
		})
	}
}

// migrates has `state` of the step migrate say another revision after it.
func migrates(says func(string) deed) func(string) deed {
	revision := "1111 (head)\n"
	return func(what string) deed {
		d := says(what)
		switch {
		case what == "migrate" && d.why == "":
			revision = "2222 (head)\n"
		case what == "state of migrate":
			d.output = revision
		}
		return d
	}
}

// ill has units be ill so often, until their time is up.
func ill(times int) func(string) deed {
	asked := 0
	return func(what string) deed {
		if what == "healthy" {
			if asked++; asked <= 2*times {
				return deed{why: "pool.api is ill"}
			}
		}
		return deed{}
	}
}

// So many runs are remembered, each with its log.
func TestPipelineForgets(t *testing.T) {
	w := newSite(t, steps(true, runs("build")))
	var dropped []string
	w.watch = func(a Action) {
		if a.Do == DropLog {
			dropped = append(dropped, a.Launch.Process.Log.Stdout)
		}
	}
	for range MaxPipelineRuns + 2 {
		w.deploys(PipelineRequest{By: ByDeploy})
	}
	p := w.unit.Pipeline
	if len(p.Runs) != MaxPipelineRuns || p.Runs[0].ID != 3 || p.Live != p.LastID {
		t.Errorf("%d runs from #%d, #%d is live", len(p.Runs), p.Runs[0].ID, p.Live)
	}
	if got := strings.Join(dropped, " "); got != "/log/pipeline.deploy.1.log /log/pipeline.deploy.2.log" {
		t.Errorf("dropped %s", got)
	}
}

package control

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/job"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// Deploy asks for a run of a pipeline, and returns when it will come whatever happens to the manager.
func (m *Manager) Deploy(ctx context.Context, request protocol.RunRequest) (protocol.PipelineRun, error) {
	var run protocol.PipelineRun
	err := m.onPipeline(ctx, request.Pipeline, func(model *engine.Model, id units.ID) error {
		if (request.Commit != "" || request.Branch != "") && model.Definition(id).Pipeline.Git() == nil {
			return protocol.BadRequest("%s has no git step, so it takes neither commit nor branch", id)
		}
		wanted := lifecycle.PipelineRequest{
			By: lifecycle.ByDeploy, From: request.From, Commit: request.Commit, Branch: request.Branch, Rollback: request.Rollback,
		}
		if request.Rollback {
			wanted.By = lifecycle.ByRollback
		}
		number, err := model.Deploy(id, wanted)
		if err != nil {
			return protocol.Conflict("%v", err)
		}
		run, err = runOf(model, id, number)
		return err
	})
	if err != nil {
		return protocol.PipelineRun{}, err
	}
	return run, m.Engine.Remembered(ctx)
}

// onPipeline runs f with the pipeline that name means; "" is the only one that there is.
func (m *Manager) onPipeline(ctx context.Context, name string, f func(*engine.Model, units.ID) error) error {
	if name != "" {
		return m.one(ctx, name, func(model *engine.Model, found ipc.Name) error {
			if found.ID.Kind() != units.KindPipeline {
				return protocol.BadRequest("%s is no pipeline, so it has no runs", found.ID)
			}
			return f(model, found.ID)
		})
	}
	return m.look(ctx, nil, func(model *engine.Model, found []ipc.Name) error {
		switch list := pipelinesOf(ids(found)); len(list) {
		case 0:
			return protocol.Conflict("there is no pipeline")
		case 1:
			return f(model, list[0])
		default:
			several := protocol.Ambiguous("", nil)
			several.Detail = "there are several pipelines: name one"
			for _, id := range list {
				several.Matches = append(several.Matches, string(id))
			}
			return several
		}
	})
}

func pipelinesOf(list []units.ID) []units.ID {
	return slices.DeleteFunc(list, func(id units.ID) bool { return id.Kind() != units.KindPipeline })
}

// Runs lists runs of pipelines, the newest first.
func (m *Manager) Runs(ctx context.Context, query protocol.RunQuery) ([]protocol.PipelineRun, error) {
	list := []protocol.PipelineRun{}
	err := m.look(ctx, query.Pipelines, func(model *engine.Model, found []ipc.Name) error {
		for _, id := range ids(found) {
			if id.Kind() != units.KindPipeline {
				if len(query.Pipelines) > 0 && !slices.ContainsFunc(query.Pipelines, isPattern) {
					return protocol.BadRequest("%s is no pipeline, so it has no runs", id)
				}
				continue
			}
			runs, live := model.Runs(id)
			for _, r := range runs[:min(query.Last, len(runs))] {
				shown := pipelineRun(id, r, live)
				for i := range shown.Steps {
					shown.Steps[i].LastOutput = nil
				}
				list = append(list, shown)
			}
		}
		return nil
	})
	slices.SortStableFunc(list, func(a, b protocol.PipelineRun) int {
		return cmp.Or(boolFirst(a.State == protocol.RunWaiting, b.State == protocol.RunWaiting), b.StartedAt.Compare(a.StartedAt))
	})
	return list, err
}

func isPattern(name string) bool { return strings.ContainsAny(name, "*?") }

func boolFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// Run returns one run.
func (m *Manager) Run(ctx context.Context, pipeline string, number int) (protocol.PipelineRun, error) {
	var run protocol.PipelineRun
	err := m.onPipeline(ctx, pipeline, func(model *engine.Model, id units.ID) (err error) {
		run, err = runOf(model, id, number)
		return err
	})
	return run, err
}

// WatchRun emits a run after every change until it is done.
func (m *Manager) WatchRun(ctx context.Context, pipeline string, number int, emit func(protocol.PipelineRun) error) error {
	var last string
	return m.watch(ctx, func() (bool, error) {
		run, err := m.Run(ctx, pipeline, number)
		if err != nil {
			return false, err
		}
		// Other units change too, and that is no news.
		if now := fmt.Sprintf("%+v", withoutTime(run)); now != last {
			last = now
			err = emit(run)
		}
		return run.Done(), err
	})
}

// withoutTime is a run without what passes by itself.
func withoutTime(run protocol.PipelineRun) protocol.PipelineRun {
	run.Duration = 0
	return run
}

// CancelRun ends a run that waits or goes on. A stop ends all that a pipeline does, so it is none for a run that waits for
// another one.
func (m *Manager) CancelRun(ctx context.Context, pipeline string, number int) (protocol.PipelineRun, error) {
	var run protocol.PipelineRun
	err := m.onPipeline(ctx, pipeline, func(model *engine.Model, id units.ID) (err error) {
		if run, err = runOf(model, id, number); err != nil {
			return err
		}
		if run.Done() {
			return protocol.Conflict("%s #%d has ended: %s", id, number, run.Result)
		}
		if runs, _ := model.Runs(id); run.State == protocol.RunWaiting && len(runs) > 1 && runs[1].Result == "" {
			return protocol.Conflict("%s #%d waits for #%d: a newer request takes its place, a stop ends both", id, number, runs[1].ID)
		}
		if _, err := model.Submit(job.Stop, []units.ID{id}); err != nil {
			return protocol.Conflict("%v", err)
		}
		run, err = runOf(model, id, number)
		return err
	})
	return run, err
}

// runOf finds a run of a pipeline.
func runOf(model *engine.Model, id units.ID, number int) (protocol.PipelineRun, error) {
	runs, live := model.Runs(id)
	for _, r := range runs {
		if r.ID == number {
			return pipelineRun(id, r, live), nil
		}
	}
	return protocol.PipelineRun{}, protocol.NoSuchRun(string(id), number)
}

func pipelineRun(id units.ID, r lifecycle.PipelineRun, live int) protocol.PipelineRun {
	shown := protocol.PipelineRun{
		Pipeline: string(id), ID: r.ID, By: r.By, From: r.From, AskedCommit: r.Commit, AskedBranch: r.Branch, Rollback: r.Rollback,
		State: protocol.RunDone, Result: r.Result, Reason: r.Why, Live: r.ID == live,
		Commit: r.Checked, Previous: r.Previous, Release: r.Release, Duration: r.Took.Milliseconds(),
	}
	if !r.Began.IsZero() {
		shown.StartedAt = r.Began.Time()
	}
	if !r.Ended.IsZero() {
		shown.EndedAt = r.Ended.Time()
	}
	switch {
	case r.Result != "":
	case shown.StartedAt.IsZero():
		shown.State = protocol.RunWaiting
	case r.Outcome != "" && !(r.Outcome == lifecycle.RunOK && !r.Rollback):
		shown.State = protocol.RunRollingBack
	default:
		shown.State = protocol.RunRunning
	}
	if r.Result == "" && !shown.StartedAt.IsZero() {
		shown.Duration = time.Since(shown.StartedAt).Milliseconds()
	}
	for _, s := range r.Steps {
		shown.Steps = append(shown.Steps, runStep(s))
	}
	return shown
}

func runStep(s lifecycle.StepRun) protocol.RunStep {
	step := protocol.RunStep{
		Name: s.Name, Kind: string(s.Kind), Result: s.Result, Reason: s.Why, Undone: s.Undone, Undoing: s.Undoing, Restored: s.Restored,
		Duration: s.Took.Milliseconds(), Attempts: s.Attempts, Before: s.Before, After: s.After, LastOutput: s.Lines,
	}
	if !s.Began.IsZero() {
		step.StartedAt = s.Began.Time()
	}
	return step
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"unitd/internal/dirs"
	"unitd/ipc/protocol"
	"unitd/policy/lifecycle"
	"unitd/policy/poll"
	hook "unitd/policy/webhook"
	"unitd/runtime/engine"
	"unitd/runtime/executor"
	runtimepoll "unitd/runtime/poll"
	"unitd/runtime/webhook"
	"unitd/units"
)

// triggers are what starts pipelines by itself: webhooks, and polls of their remotes.
type triggers struct {
	hooks  *hooks
	poller *runtimepoll.Poller
	engine *engine.Engine
	dirs   dirs.Dirs
	loaded *loaded
	log    *slog.Logger

	memories *triggerMemories // of this manager and those before it; read by begin
}

func newTriggers(d dirs.Dirs, loaded *loaded, e *engine.Engine, x *executor.Executor, log *slog.Logger) *triggers {
	t := &triggers{hooks: &hooks{executor: x, log: log, failed: map[string]string{}}, engine: e, dirs: d, loaded: loaded, log: log}
	t.poller = runtimepoll.New(runtimepoll.Config{
		Head:  func(ctx context.Context, pipeline string) (string, error) { return t.head(ctx, x, pipeline) },
		Known: t.known,
		Tried: func(pipeline string) string { return t.memories.polled(pipeline) },
		Remember: func(pipeline, commit string) error {
			return t.memories.change(pipeline, func(m *triggerMemory) { m.Polled = commit })
		},
		Deploy: func(ctx context.Context, pipeline, commit string) (int, error) {
			return t.deploy(ctx, pipeline, lifecycle.PipelineRequest{By: lifecycle.ByPoll, From: "poll, " + commit[:min(7, len(commit))]})
		},
		Chance: chance, Log: log,
	})
	return t
}

// begin serves what the files in force say.
func (t *triggers) begin(set *units.Set) {
	t.memories = loadTriggers(t.dirs.State, t.log)
	t.hooks.begin(set, webhook.Config{
		Pipelines: t, ReadSecret: t.loaded.readSecret, Deliveries: t.memories.deliveries(), Log: t.log,
		Remember: func(pipeline string, all hook.Deliveries) error {
			return t.memories.change(pipeline, func(m *triggerMemory) { m.Deliveries = all })
		},
	})
	t.poller.Watch(remotes(set))
}

// prepare opens what next has and the set in force has not. Commit puts next in force, undo takes it back.
func (t *triggers) prepare(next *units.Set) (commit, undo func(), err error) {
	serve, undo, err := t.hooks.prepare(next)
	if err != nil {
		return nil, nil, err
	}
	return func() {
		serve()
		t.poller.Watch(remotes(next))
		t.memories.keep(func(pipeline string) bool { return next.Units[units.ID(pipeline)] != nil })
	}, undo, nil
}

// prepare opens the sockets of the manager itself that next has and the set in force has not. Commit puts next in force, undo
// takes it back.
func (p *parts) prepare(next *units.Set) (commit, undo func(), err error) {
	commitControl, undoControl, err := p.sockets.prepare(next.Manager)
	if err != nil {
		return nil, nil, err
	}
	commitTriggers, undoTriggers, err := p.triggers.prepare(next)
	if err != nil {
		undoControl()
		return nil, nil, err
	}
	return func() { commitControl(); commitTriggers() }, func() { undoTriggers(); undoControl() }, nil
}

// remotes lists whom pipelines want asked.
func remotes(set *units.Set) []runtimepoll.Remote {
	var all []runtimepoll.Remote
	for _, id := range set.Graph().Order() {
		u := set.Units[id]
		if t, ok := triggerOf(u, units.TriggerPoll); ok && u.Pipeline.Git() != nil {
			git := u.Pipeline.Git()
			all = append(all, runtimepoll.Remote{Pipeline: string(id), Every: t.Every, Key: cmp.Or(git.URL, git.Remote) + " " + t.Branch})
		}
	}
	return all
}

// Deploy asks for a run because of a webhook. The newest commit of the branch is deployed, whichever one the push was about:
// pushes may be told of in another order than they came, and one that is told of again takes nothing back.
func (t *triggers) Deploy(ctx context.Context, pipeline, from string) (run int, err error) {
	return t.deploy(ctx, pipeline, lifecycle.PipelineRequest{By: lifecycle.ByWebhook, From: from})
}

// deploy asks for a run, unless people have disabled the pipeline, and returns when it will come whatever happens to the
// manager: what has triggered it is not told again.
func (t *triggers) deploy(ctx context.Context, pipeline string, request lifecycle.PipelineRequest) (run int, err error) {
	id := units.ID(pipeline)
	failure := t.engine.Call(ctx, func(m *engine.Model) {
		if def := m.Definition(id); def == nil || !m.Enabled(id) {
			err = fmt.Errorf("%s is disabled, so nothing starts it by itself", pipeline)
			return
		}
		run, err = m.Deploy(id, request)
	})
	if err := cmp.Or(failure, err); err != nil {
		return 0, err
	}
	return run, t.engine.Remembered(ctx)
}

// Run shows a run to whoever was told of it.
func (t *triggers) Run(ctx context.Context, pipeline string, run int) (shown webhook.Run, ok bool, err error) {
	err = t.engine.Call(ctx, func(m *engine.Model) {
		runs, _ := m.Runs(units.ID(pipeline))
		if i := slices.IndexFunc(runs, func(r lifecycle.PipelineRun) bool { return r.ID == run }); i >= 0 {
			shown, ok = shownRun(runs[i]), true
		}
	})
	return shown, ok, err
}

// shownRun is what everybody may know who has the token of a run.
func shownRun(r lifecycle.PipelineRun) webhook.Run {
	shown := webhook.Run{ID: r.ID, State: webhook.Running, Result: r.Result, Commit: r.Checked, Steps: []webhook.Step{}}
	switch {
	case r.Result != "":
		shown.State = webhook.Done
	case r.Began.IsZero():
		shown.State = webhook.Waiting
	case r.Outcome != "":
		shown.State = webhook.RollingBack
	}
	for _, s := range r.Steps {
		shown.Steps = append(shown.Steps, webhook.Step{Name: s.Name, Result: s.Result})
	}
	return shown
}

// known is what a poll has to know of a pipeline.
func (t *triggers) known(ctx context.Context, pipeline string) (k poll.Known, err error) {
	err = t.engine.Call(ctx, func(m *engine.Model) {
		runs, live := m.Runs(units.ID(pipeline))
		for _, r := range runs {
			switch {
			case r.Result == "":
				k.Busy = true
			case k.Last == "":
				k.Last = r.Checked
			}
			if r.ID == live {
				k.Live = r.Checked
			}
		}
	})
	return k, err
}

// head asks the remote of a pipeline for the newest commit of its branch.
func (t *triggers) head(ctx context.Context, x *executor.Executor, pipeline string) (commit string, err error) {
	var def *units.Unit
	if err := t.engine.Call(ctx, func(m *engine.Model) { def = m.Definition(units.ID(pipeline)) }); err != nil {
		return "", err
	}
	trigger, ok := triggerOf(def, units.TriggerPoll)
	if !ok || def.Pipeline.Git() == nil {
		return "", errors.New("the unit files have no poll of it any more")
	}
	git := def.Pipeline.Git()
	errand := executor.Errand{Unit: def, Dir: "/", Settings: poll.Environment()}
	if git.URL == "" {
		errand.Dir = def.Pipeline.Directory
	}
	if poll.MaySSH(git.URL) {
		errand.Args = poll.FindSSH()
		if _, err := runErrand(ctx, x, errand); err != nil { // it has set none
			errand.Defaults = []string{poll.BatchSSH}
		}
	}
	errand.Args = poll.Arguments(cmp.Or(git.URL, git.Remote), trigger.Branch)
	text, err := runErrand(ctx, x, errand)
	if err != nil {
		return "", fmt.Errorf("git ls-remote: %w: %s", err, lastLine(strings.TrimSpace(string(text))))
	}
	return poll.Head(text, trigger.Branch)
}

// maxAnswer is how much of what an errand prints is looked at.
const maxAnswer = 16 << 10

// runErrand runs an errand and returns what it has printed.
func runErrand(ctx context.Context, x *executor.Executor, errand executor.Errand) ([]byte, error) {
	output, err := memory("answer")
	if err != nil {
		return nil, err
	}
	defer output.Close()
	errand.Output = output
	failure := x.Run(ctx, errand)
	text := make([]byte, maxAnswer)
	n, _ := output.ReadAt(text, 0) // what is there
	return text[:n], failure
}

// status says how it stands with the triggers of a unit.
func (t *triggers) status(def *units.Unit) []protocol.Trigger {
	if def.Pipeline == nil {
		return nil
	}
	var all []protocol.Trigger
	for _, trigger := range def.Pipeline.Triggers {
		shown := protocol.Trigger{
			Kind: string(trigger.Kind), Branch: trigger.Branch, Address: trigger.Listen, Path: trigger.Path, Provider: trigger.Provider,
			SecretFile: trigger.SecretFile, Paths: trigger.Paths, Signed: trigger.Signed,
		}
		switch trigger.Kind {
		case units.TriggerWebhook:
			shown.Note = t.hooks.note(trigger)
		case units.TriggerPoll:
			state, _ := t.poller.State(string(def.ID))
			shown.Every, shown.Last, shown.Next, shown.Head = units.FormatDuration(trigger.Every), state.Last, state.Next, state.Head
			if state.Failures > 0 {
				shown.Note = fmt.Sprintf("no answer, %d times by now: %s", state.Failures, state.Err)
			}
		}
		all = append(all, shown)
	}
	return all
}

package units

import (
	"strconv"
	"strings"
)

// namedSample shows what only a run knows by its name.
var namedSample = StepScope{Before: "step.before", ID: 1, Commit: "run.commit", Previous: "run.previous", Release: "run.release", Credentials: "path.credentials"}

// loadSample is a run as loading imagines one, for expressions that take the names apart.
var loadSample = StepScope{Before: sampleBefore, ID: 2, Commit: sampleCommit, Previous: sampleCommit, Release: "/release", Credentials: "/credentials"}

func (p *properties) pipeline(pipeline *Pipeline) {
	p.effect = live
	p.flag("rollback", pipeline.Rollback)
	var kinds []string
	for _, t := range pipeline.Triggers {
		kinds = append(kinds, string(t.Kind))
	}
	p.texts("triggers", kinds)
	for _, t := range pipeline.Triggers {
		p.trigger(t)
	}
	var names []string
	for _, s := range pipeline.Steps {
		names = append(names, s.Name)
	}
	p.texts("steps", names)
	for _, s := range pipeline.Steps {
		p.step(s)
	}
}

func (p *properties) trigger(t Trigger) {
	name := "trigger." + string(t.Kind)
	p.text(name+".branch", t.Branch)
	if t.Kind == TriggerPoll {
		p.duration(name+".every", t.Every)
		return
	}
	p.text(name+".listen", t.Listen)
	if strings.HasPrefix(t.Listen, unixPrefix) {
		p.mode(name+".mode", t.Mode)
		p.text(name+".group", t.Group)
	}
	p.text(name+".path", t.Path)
	p.text(name+".provider", t.Provider)
	p.text(name+".secret_file", t.SecretFile)
	p.texts(name+".paths", t.Paths)
	if t.Signed || t.Provider == "gitlab" {
		p.duration(name+".replay_window", t.ReplayWindow)
	}
}

func (p *properties) step(s Step) {
	name := "step." + s.Name
	p.stepProgram(name, s.Template)
	switch s.Kind {
	case StepGit:
		p.git(name+".git", s.Git)
	case StepApply:
		p.flag(name+".apply", true)
	default:
		p.ids(name+"."+string(s.Kind), s.Units)
	}
	p.duration(name+".timeout", s.Timeout)
	if s.Retry.Attempts > 0 {
		p.number(name+".retry.attempts", s.Retry.Attempts)
		p.duration(name+".retry.delay", s.Retry.Delay)
		p.duration(name+".retry.max_delay", s.Retry.MaxDelay)
	}
}

func (p *properties) git(name string, g *Git) {
	if g == nil {
		return
	}
	p.text(name+".url", g.URL)
	p.text(name+".remote", g.Remote)
	p.text(name+".branch", g.Branch)
	p.text(name+".layout", g.Layout)
	if g.Layout == LayoutReleases {
		p.number(name+".keep", g.Keep)
		p.texts(name+".shared", g.Shared)
	} else {
		p.text(name+".dirty", g.Dirty)
	}
	p.flag(name+".submodules", g.Submodules)
	p.flag(name+".verify", g.Verify)
	p.text(name+".allowed_signers", g.AllowedSigners)
}

// stepProgram lists what a step runs as it is in two imagined runs. Both are compared, and the one is shown in which
// names stand for themselves, if the expressions can be evaluated so.
func (p *properties) stepProgram(name string, template StepTemplate) {
	if template == nil {
		return
	}
	p.when(name, template)
	named, loaded := stepCommands(name, template, namedSample), stepCommands(name, template, loadSample)
	for _, property := range loaded.all {
		shown := named.find(property.name)
		if shown.value == "" {
			shown = property
		}
		p.add(property.name, shown.value+"\x00"+property.value, shown.shown)
	}
}

// when lists a condition that is false, or that depends on the run.
func (p *properties) when(name string, template StepTemplate) {
	var values []string
	for _, run := range []StepScope{namedSample, loadSample} {
		program, err := template.Step(run)
		values = append(values, strconv.FormatBool(program.When && err == nil))
	}
	switch {
	case values[0] != values[1]:
		p.add(name+".when", strings.Join(values, " "), "(depends on the run)")
	case values[0] == "false":
		p.flag(name+".when", false)
	}
}

// stepCommands lists what a step runs in one imagined run, and leaves out what cannot be evaluated in it.
func stepCommands(name string, template StepTemplate, run StepScope) *properties {
	p := &properties{effect: live}
	if program, err := template.Step(run); err == nil {
		p.texts(name+".command", program.Command)
		p.texts(name+".state", program.State)
		p.env(name+".env", program.Env)
	}
	for _, part := range []StepPart{PartUndo, PartRestore} {
		run.Part = part
		program, err := template.Step(run)
		if err != nil {
			continue
		}
		if part == PartUndo {
			p.texts(name+".undo", program.Undo)
		} else {
			p.texts(name+".restore", program.Restore)
		}
	}
	return p
}

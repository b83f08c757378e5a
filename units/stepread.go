package units

import "time"

// step reads a step block.
func (b *body) step(name string, owner ID) Step {
	s := Step{Name: name, Timeout: b.duration("timeout", 10*time.Minute, time.Second)}
	s.HasState, s.HasUndo, s.HasRestore = b.has("state"), b.has("undo"), b.has("restore")
	b.commands(s)
	b.flag("when", true)
	b.environment("env")
	b.flag("apply", false)
	s.Kind = b.stepKind(s)
	for _, kind := range []StepKind{StepReload, StepRestart, StepStart, StepStop, StepHealthy} {
		for _, r := range b.references(owner, string(kind)) {
			s.Units = append(s.Units, r.to)
		}
	}
	b.one("git", func(inner *body) {
		if inner.own != nil {
			s.Git = inner.git()
		}
	})
	b.one("retry", func(inner *body) { s.Retry = inner.retry() })
	return s
}

// commands evaluates a step's commands as loading sees them; they are evaluated again when the step runs.
func (b *body) commands(s Step) {
	b.argv("command")
	b.argv("state")
	after := b.starting(&Scope{Credentials: b.credentials()}, b.report, b.names)
	after.scope.step = s.HasState
	after.argv("undo")
	after.argv("restore")
}

// stepKind finds the one thing that a step does.
func (b *body) stepKind(s Step) StepKind {
	var kinds []StepKind
	for _, kind := range []StepKind{StepCommand, StepReload, StepRestart, StepStart, StepStop, StepHealthy, StepApply} {
		if b.has(string(kind)) {
			kinds = append(kinds, kind)
		}
	}
	if len(blocksOf(b.own, string(StepGit))) > 0 {
		kinds = append(kinds, StepGit)
	}
	for _, name := range []string{"state", "undo", "restore"} {
		if a, ok := b.attr(name); ok && !b.has(string(StepCommand)) {
			b.error(a.at, name+" in a step without command", "Only a command can be undone by another one.")
		}
	}
	if len(kinds) != 1 {
		b.error(b.at, "step \""+s.Name+"\" does not say one thing to do",
			"A step has exactly one of command, git, reload, restart, start, stop, healthy and apply.")
		return ""
	}
	return kinds[0]
}

func (b *body) git() *Git {
	g := &Git{
		URL: b.text("url", ""), Remote: b.text("remote", ""), Branch: b.text("branch", "main"),
		Layout: b.oneOf("layout", "releases", "releases", "in_place"),
		Keep:   b.number("keep", 5, 1, 1000),
		Shared: b.texts("shared"),
	}
	b.exactlyOne("url", "remote")
	if a, ok := b.attr("remote"); ok && g.Layout != "in_place" {
		b.error(a.at, "remote with layout \"releases\"", "Releases are fetched from a url; a remote is for layout = \"in_place\".")
	}
	return g
}

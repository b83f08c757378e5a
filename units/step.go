package units

import (
	"time"
)

// Step is one step of a pipeline.
type Step struct {
	Name                                  string
	Git                                   *Git
	Reload, Restart, Start, Stop, Healthy []ID
	Apply                                 bool
	Timeout                               time.Duration
	Retry                                 Retry
	// Commands are evaluated when the step runs, since `undo` may name step.before.
	HasCommand, HasState, HasUndo, HasRestore, HasWhen bool
}

// Git says what a git step fetches and how it lays it out.
type Git struct {
	URL, Remote, Branch, Layout string
	Keep                        int
	Shared                      []string
}

// step reads a step block.
func (b *body) step(name string, owner ID) Step {
	s := Step{Name: name, Timeout: b.duration("timeout", 10*time.Minute, time.Second)}
	s.HasCommand, s.HasState, s.HasUndo = b.has("command"), b.has("state"), b.has("undo")
	s.HasRestore, s.HasWhen = b.has("restore"), b.has("when")
	b.commands(s)
	b.flag("when", true)
	b.environment("env")
	for _, verb := range []struct {
		name string
		to   *[]ID
	}{{"reload", &s.Reload}, {"restart", &s.Restart}, {"start", &s.Start}, {"stop", &s.Stop}, {"healthy", &s.Healthy}} {
		for _, r := range b.references(owner, verb.name) {
			*verb.to = append(*verb.to, r.to)
		}
	}
	s.Apply = b.flag("apply", false)
	b.one("git", func(inner *body) {
		if inner.own != nil {
			s.Git = inner.git()
		}
	})
	b.one("retry", func(inner *body) { s.Retry = inner.retry() })
	b.stepKind(s)
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

// stepKind checks that a step does one thing.
func (b *body) stepKind(s Step) {
	kinds := 0
	for _, given := range []bool{
		s.HasCommand, s.Git != nil, b.has("reload"), b.has("restart"), b.has("start"), b.has("stop"), b.has("healthy"), b.has("apply"),
	} {
		if given {
			kinds++
		}
	}
	if kinds != 1 {
		b.error(b.at, "step \""+s.Name+"\" does not say one thing to do",
			"A step has exactly one of command, git, reload, restart, start, stop, healthy and apply.")
	}
	for _, name := range []string{"state", "undo", "restore"} {
		if a, ok := b.attr(name); ok && !s.HasCommand {
			b.error(a.at, name+" in a step without command", "Only a command can be undone by another one.")
		}
	}
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

package units

import (
	"strings"
	"time"
)

// Pipeline is a list of steps that stops at the first failure.
type Pipeline struct {
	Directory string
	EnvFiles  []EnvFile
	Triggers  []Trigger
	Steps     []Step
	Rollback  bool
}

// Trigger starts a pipeline: "webhook" or "poll".
type Trigger struct {
	Kind       string
	Listen     string
	Path       string
	Provider   string
	SecretFile string
	Branch     string
	Every      time.Duration
}

// pipeline reads a pipeline.
func (b *body) pipeline(id ID) *Pipeline {
	p := &Pipeline{}
	p.Directory = b.path("directory", b.home, "")
	p.EnvFiles = b.envFiles(p.Directory)
	p.Rollback = b.flag("rollback", true)
	b.each("trigger", func(inner *body, kind string) { p.Triggers = append(p.Triggers, inner.trigger(kind, p.Directory)) })
	b.each("step", func(inner *body, name string) { p.Steps = append(p.Steps, inner.step(name, id)) })
	if len(p.Steps) == 0 {
		b.error(b.at, "pipeline without a step", "Write step \"NAME\" { command = […] }.")
	}
	return p
}

// trigger reads a trigger block.
func (b *body) trigger(kind, directory string) Trigger {
	t := Trigger{Kind: kind, Branch: b.text("branch", "")}
	switch kind {
	case "webhook":
		t.Listen = b.listenAddress("listen", directory)
		t.Path = b.text("path", "/")
		t.Provider = b.oneOf("provider", "generic", "github", "gitlab", "gitea", "bitbucket", "generic")
		t.SecretFile = b.path("secret_file", "", directory)
		b.require("listen", "Write listen = \"127.0.0.1:9001\".")
		b.require("secret_file", "Write secret_file = \".webhook-secret\", a file with mode 0600.")
		if a, ok := b.attr("path"); ok && !strings.HasPrefix(t.Path, "/") {
			b.error(a.expr.Range(), "path of a webhook does not begin with \"/\"", "")
		}
	case "poll":
		t.Every = b.duration("every", 5*time.Minute, time.Second)
	default:
		b.error(b.at, "unknown trigger \""+kind+"\"", "There is \"webhook\" and \"poll\".")
	}
	return t
}

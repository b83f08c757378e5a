package units

import (
	"strings"
	"time"
)

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

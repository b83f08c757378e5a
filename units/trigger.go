package units

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// Trigger starts a pipeline by itself. A pipeline has at most one of each kind.
type Trigger struct {
	Kind TriggerKind
	// Branch is the one whose commits start the pipeline: where the trigger does not say, that of the git step; "": any.
	Branch string

	// Of a webhook: Listen is "127.0.0.1:9001" or "unix:/absolute/path", Mode and Group those of a Unix socket ("": the
	// user's own), Path where requests are posted to.
	Listen string
	Mode   uint32
	Group  string
	Path   string
	// Provider is who sends, by name: "github" and so on.
	Provider string
	// SecretFile is absolute. It is read at each request, so a secret that has changed needs no apply.
	SecretFile string
	// Paths are patterns of which a changed file has to match one; none: any change counts.
	Paths []string
	// ReplayWindow is how far the time that a provider has signed may be away from now.
	ReplayWindow time.Duration
	// Signed says that the files ask for such a time, where the provider is "generic".
	Signed bool

	// Every is how often the remote of the git step is asked by a poll.
	Every time.Duration
}

// TriggerKind is the label of a trigger block.
type TriggerKind string

// What can start a pipeline by itself.
const (
	TriggerWebhook TriggerKind = "webhook"
	TriggerPoll    TriggerKind = "poll"
)

// providers are who a webhook may come from. Forgejo sends what Gitea sends, under names of its own, too.
var providers = []string{"github", "gitlab", "gitea", "forgejo", "bitbucket", "generic"}

// maxHookPath is how long the path of a webhook may be, in bytes; pathPatterns how many patterns there may be.
const (
	maxHookPath  = 200
	pathPatterns = 100
)

// Bounds of the replay window. Clocks of two hosts are seconds apart, not less; what is remembered of deliveries does not
// go back for ever.
const (
	defaultReplayWindow = 5 * time.Minute
	minReplayWindow     = 10 * time.Second
)

// hookPath is what the path of a webhook is made of: what web servers pass on as it is.
var hookPath = pattern(`^/[A-Za-z0-9._~/-]*$`)

// trigger reads a trigger block. fetched is the branch of the git step, or "".
func (b *body) trigger(kind, directory string, git *Git) Trigger {
	t := Trigger{Kind: TriggerKind(kind)}
	if git != nil {
		t.Branch = git.Branch
	}
	t.Branch = b.text("branch", t.Branch)
	switch t.Kind {
	case TriggerWebhook:
		b.webhook(&t, directory)
	case TriggerPoll:
		t.Every = b.duration("every", 5*time.Minute, time.Second)
		if git == nil {
			b.error(b.at, "trigger \"poll\" in a pipeline without a git step", "Its git step says which remote is asked.")
		}
	default:
		b.error(b.at, "unknown trigger \""+kind+"\"", "There is \"webhook\" and \"poll\".")
	}
	if a, ok := b.attr("branch"); ok && git != nil && t.Branch != git.Branch {
		b.error(a.expr.Range(), "branch \""+t.Branch+"\" is not what the git step fetches", "Leave it out, or give both the same: the git step has \""+git.Branch+"\".")
	}
	return t
}

func (b *body) webhook(t *Trigger, directory string) {
	b.require("listen", "Write listen = \"127.0.0.1:9001\".")
	b.require("secret_file", "Write secret_file = \".webhook-secret\", a file with mode 0600.")
	t.Listen = b.listenAddress("listen", directory)
	t.Mode = b.mode("mode", 0o600)
	t.Group = b.text("group", "")
	t.Path = b.text("path", "/")
	t.Provider = b.oneOf("provider", "generic", providers...)
	t.SecretFile = b.path("secret_file", "", directory)
	t.ReplayWindow = b.duration("replay_window", defaultReplayWindow, minReplayWindow)
	t.Signed = b.has("replay_window")
	t.Paths = b.texts("paths")
	b.checkHookPath(t.Path)
	b.checkHookAddress(t)
	if a, ok := b.attr("replay_window"); ok && t.Provider != "generic" && t.Provider != "gitlab" {
		b.error(a.at, "replay_window with provider \""+t.Provider+"\"", "It signs no time; what was delivered is remembered. Take it out.")
	}
	if a, ok := b.attr("paths"); ok {
		for _, p := range t.Paths {
			if problem := checkPathPattern(p); problem != "" {
				b.error(a.expr.Range(), "paths: \""+p+"\" "+problem, "Patterns count from the top of the repository: \"app/**\", \"*.toml\".")
			}
		}
		if len(t.Paths) > pathPatterns {
			b.error(a.expr.Range(), "paths has more than 100 patterns", "Take wider ones: \"app/**\" stands for all that is below app.")
		}
	}
	if a, ok := b.attr("secret_file"); ok && t.SecretFile != "" {
		b.hookSecret(a, t)
	}
}

// hookSecret looks at the secret of a webhook, which is read again at each request.
func (b *body) hookSecret(a attribute, t *Trigger) {
	file := t.SecretFile
	content, err := b.names.host.ReadSecret(file)
	better := "Make one: openssl rand -hex 32 > " + file
	switch length := len(strings.TrimSpace(string(content))); {
	case err != nil:
		b.atStart(a.expr.Range(), "secret_file "+file+" "+err.Error(), "Without it every request is refused.")
	case length == 0:
		b.atStart(a.expr.Range(), "secret_file "+file+" holds no secret", "Every request is refused. "+better)
	case t.Signed && t.Provider == "gitlab" && !strings.HasPrefix(strings.TrimSpace(string(content)), "whsec_"):
		b.atStart(a.expr.Range(), "secret_file "+file+" is no signing token, and replay_window needs one with gitlab", "Every request is refused. GitLab makes one that begins with whsec_, or take replay_window out.")
	case length < goodHookSecret:
		b.atStart(a.expr.Range(), "secret_file "+file+" holds fewer than 16 characters", "Who has seen one request can guess such a secret at leisure. "+better)
	}
}

// goodHookSecret is how long the secret of a webhook should be, in bytes.
const goodHookSecret = 16

func (b *body) checkHookPath(text string) {
	a, ok := b.attr("path")
	switch {
	case !ok:
	case !strings.HasPrefix(text, "/"):
		b.error(a.expr.Range(), "path of a webhook does not begin with \"/\"", "It is the path of a URL, as \"/hooks/deploy\".")
	case len(text) > maxHookPath:
		b.error(a.expr.Range(), "path of a webhook is longer than 200 characters", "Take a shorter one, as \"/hooks/deploy\".")
	case !hookPath().MatchString(text) || text != "/" && path.Clean(text) != strings.TrimSuffix(text, "/"):
		b.error(a.expr.Range(), "path \""+text+"\" of a webhook is not plain", "It is made of letters, digits and ._~-/ without \"..\" and empty parts, so that every web server passes it on as it is.")
	}
}

func (b *body) checkHookAddress(t *Trigger) {
	unix := strings.HasPrefix(t.Listen, unixPrefix)
	if a, ok := b.attr("listen"); ok && t.Listen != "" && !unix && !loopback(t.Listen) {
		b.error(a.expr.Range(), "address "+t.Listen+" is reachable from other hosts", "A webhook stands behind the account's web server, which has TLS (unitctl proxy prints the lines): use 127.0.0.1 or unix:PATH.")
	}
	for _, only := range []string{"mode", "group"} {
		if a, ok := b.attr(only); ok && t.Listen != "" && !unix {
			b.error(a.at, only+" with a TCP address", "Only Unix sockets have one.")
		}
	}
	if a, ok := b.attr("group"); ok && t.Group != "" {
		if err := b.names.host.CheckGroup(t.Group); err != nil {
			b.atStart(a.expr.Range(), err.Error(), "Without it the socket is not opened.")
		}
	}
}

// checkPathPattern says what is wrong with a pattern of changed files.
func checkPathPattern(p string) string {
	switch {
	case p == "":
		return "is empty"
	case strings.HasPrefix(p, "/") || strings.HasPrefix(p, "./") || strings.HasPrefix(p, "~"):
		return "does not count from the top of the repository"
	case strings.HasPrefix(p, "!"):
		return "excludes files, which no pattern can"
	}
	for part := range strings.SplitSeq(p, "/") {
		if _, err := path.Match(part, ""); err != nil {
			return "is no pattern"
		}
		if part != "**" && strings.Contains(part, "**") {
			return "has ** beside something else: it stands for whole directories"
		}
	}
	return ""
}

// checkHooks reports webhooks that exclude each other, or others' listeners: several may share one address, on different
// paths.
func (l *loader) checkHooks() {
	type hook struct {
		Trigger
		owner ID
		at    hcl.Range
	}
	var all []hook
	for _, d := range l.units {
		if d.unit.Pipeline == nil {
			continue
		}
		for _, t := range d.unit.Pipeline.Triggers {
			if t.Kind == TriggerWebhook && t.Listen != "" {
				all = append(all, hook{t, d.unit.ID, d.body.blockRange("trigger", string(t.Kind))})
			}
		}
	}
	for i, h := range all {
		for _, other := range all[:i] {
			switch {
			case h.Listen != other.Listen:
				if overlap(h.Listen, other.Listen) {
					l.error(h.at, string(h.owner)+" listens on "+h.Listen+" and "+string(other.owner)+" on "+other.Listen, "That one stands at "+position(other.at)+"; write the same address in both.")
				}
			case strings.TrimSuffix(h.Path, "/") == strings.TrimSuffix(other.Path, "/"):
				l.error(h.at, "the webhooks of "+string(h.owner)+" and "+string(other.owner)+" have the same path "+h.Path, "That one stands at "+position(other.at)+"; on one address each takes another path.")
			case h.Mode != other.Mode || h.Group != other.Group:
				l.error(h.at, "the webhooks of "+string(h.owner)+" and "+string(other.owner)+" share a socket and give it another mode or group", "That one stands at "+position(other.at)+".")
			}
		}
		for _, d := range l.units {
			if i := slices.IndexFunc(d.unit.Listeners(), func(o Listen) bool { return overlap(o.Address, h.Listen) }); i >= 0 {
				l.error(h.at, "the webhook of "+string(h.owner)+" listens on "+h.Listen+" as "+string(d.unit.ID)+" does", "That one stands at "+position(d.body.blockRange("listen", d.unit.Listeners()[i].Name))+"; take another address.")
			}
		}
	}
}

package units

import (
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
)

// git reads a git block.
func (b *body) git() *Git {
	g := &Git{
		URL: expandHome(b.text("url", ""), b.home), Remote: b.text("remote", ""),
		Branch: b.text("branch", "main"),
		Layout: b.oneOf("layout", LayoutReleases, LayoutReleases, LayoutInPlace),
		Keep:   b.number("keep", 5, 1, 1000), Shared: b.texts("shared"),
		Dirty:      b.oneOf("dirty", DirtyRefuse, DirtyRefuse, DirtyDiscard),
		Submodules: b.flag("submodules", false),
		Verify:     b.flag("verify", false), AllowedSigners: b.path("allowed_signers", "", ""),
	}
	b.exactlyOne("url", "remote")
	b.checkNames(g)
	b.checkLayout(g)
	b.checkShared(g.Shared)
	if a, ok := b.attr("allowed_signers"); ok && !g.Verify {
		b.error(a.at, "allowed_signers without verify", "It says whose signatures are good: add verify = true.")
	}
	return g
}

// checkNames checks what git is given as names.
func (b *body) checkNames(g *Git) {
	for _, name := range []struct {
		attr, text string
		check      func(string) error
		hint       string
	}{
		{"url", g.URL, CheckGitURL, "Write it as \"https://git.example/site.git\", \"git@git.example:site.git\" or \"/srv/git/site.git\"."},
		{"remote", g.Remote, CheckBranch, "Name a remote of the checkout, as `git remote` lists them: \"origin\"."},
		{"branch", g.Branch, CheckBranch, "Name a branch as git does: \"main\"."},
	} {
		if a, ok := b.attr(name.attr); ok {
			if err := name.check(name.text); err != nil {
				b.error(a.expr.Range(), strings.TrimPrefix(name.attr+": "+err.Error(), "url: "), name.hint)
			}
		}
	}
}

// checkLayout refuses what belongs to the other layout.
func (b *body) checkLayout(g *Git) {
	wrong := []string{"keep", "shared"}
	hint := "There is one checkout, in which files stay where they are; it belongs to layout = \"releases\"."
	if g.Layout == LayoutReleases {
		wrong = []string{"remote", "dirty"}
		hint = "Releases are fetched from a url, and each is a checkout of its own; it belongs to layout = \"in_place\"."
	}
	for _, name := range wrong {
		if a, ok := b.attr(name); ok {
			b.error(a.at, name+" with layout = \""+g.Layout+"\"", hint)
		}
	}
}

// checkShared checks the paths that releases share: inside of a release, and none inside of another one.
func (b *body) checkShared(shared []string) {
	a, ok := b.attr("shared")
	if !ok {
		return
	}
	for i, name := range shared {
		if err := CheckShared(name); err != nil {
			b.error(a.expr.Range(), err.Error(), "Write it as it stands in the repository: \".env\", \"media\", \"var/uploads\".")
			continue
		}
		for _, other := range shared[:i] {
			if within(name, other) || within(other, name) {
				b.error(a.expr.Range(), "shared: "+name+" and "+other+" hold one another", "Name the outer one alone.")
			}
		}
	}
}

// within reports a path that is another one or stands below it.
func within(name, above string) bool {
	name, above = path.Clean(name), path.Clean(above)
	return name == above || strings.HasPrefix(name, above+"/")
}

// checkGit checks a git step in its pipeline.
func (r *stepReader) checkGit(b *body, g *Git) {
	p := &r.pipeline.Process
	if g.Layout == LayoutInPlace && p.Directory == b.home {
		b.error(b.at, "layout = \"in_place\" in the home directory", "It would reset everything there to the commit: give the pipeline a directory.")
	}
	if base := path.Base(p.Directory); g.Layout == LayoutReleases && (base == "current" || path.Base(path.Dir(p.Directory)) == "releases") {
		b.error(b.at, "releases inside of a release", "directory is the one in which releases/, shared/ and current are made: write "+quote(path.Dir(p.Directory))+".")
	}
	if known := searchPath(b.home, p, r.program); known != nil && !b.found("git", p.Directory, known) {
		b.atStart(b.at, "git is not in PATH", "Looked for in "+strings.Join(known, ", ")+"; path_prepend adds to these.")
	}
}

// checkReleases reports pipelines that would write into one and the same directory.
func (l *loader) checkReleases() {
	type place struct {
		owner ID
		at    hcl.Range
	}
	taken := map[string]place{}
	for _, d := range l.units {
		if d.unit.Pipeline == nil {
			continue
		}
		at := slices.IndexFunc(d.unit.Pipeline.Steps, func(s Step) bool { return s.Git != nil })
		if at < 0 {
			continue
		}
		directory := path.Clean(d.unit.Pipeline.Directory)
		here := place{d.unit.ID, d.body.blockRange("step", d.unit.Pipeline.Steps[at].Name)}
		if other, ok := taken[directory]; ok {
			l.error(here.at, string(here.owner)+" fetches into "+directory+" as "+string(other.owner)+" does",
				"That one stands at "+position(other.at)+"; give each a directory of its own.")
			continue
		}
		taken[directory] = here
	}
}

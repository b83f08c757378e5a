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
		URL: b.text("url", ""), Remote: b.text("remote", ""),
		Branch: b.text("branch", "main"),
		Layout: Layout(b.oneOf("layout", string(LayoutReleases), string(LayoutReleases), string(LayoutInPlace))),
		Keep:   b.number("keep", 5, 1, 1000),
		Shared: b.texts("shared"),
	}
	b.exactlyOne("url", "remote")
	if a, ok := b.attr("branch"); ok {
		if err := CheckBranch(g.Branch); err != nil {
			b.error(a.expr.Range(), err.Error(), "")
		}
	}
	for _, name := range []string{"url", "remote"} {
		if a, ok := b.attr(name); ok {
			b.checkSource(a, name, b.text(name, ""))
		}
	}
	switch {
	case g.Layout == LayoutInPlace:
		for _, name := range []string{"keep", "shared"} {
			if a, ok := b.attr(name); ok {
				b.error(a.at, name+" with layout = \"in_place\"", "There is one checkout, in which files stay where they are; it belongs to layout = \"releases\".")
			}
		}
	case b.has("remote"):
		a, _ := b.attr("remote")
		b.error(a.at, "remote with layout = \"releases\"", "Releases are fetched from a url; a remote is for layout = \"in_place\".")
	}
	b.checkShared(g.Shared)
	return g
}

// checkSource refuses what git would take for an option, and warns of a password that everybody on the host could read.
func (b *body) checkSource(a attribute, name, text string) {
	_, rest, scheme := strings.Cut(text, "://")
	account, _, found := strings.Cut(rest, "@")
	switch {
	case text == "" || strings.HasPrefix(text, "-") || strings.ContainsAny(text, "\n\r\x00"):
		b.error(a.expr.Range(), name+" is none that git takes", "Write \"git@git.example:shop.git\", for one.")
	case scheme && found && strings.Contains(account, ":") && !strings.Contains(account, "/"):
		b.warning(a.expr.Range(), "password in "+name, "It is visible in the process list and in these files: use a deploy key with ssh, or git's credential store.")
	}
}

// checkShared checks the paths that releases share: inside of a release, and none inside of another one.
func (b *body) checkShared(shared []string) {
	a, ok := b.attr("shared")
	if !ok {
		return
	}
	for i, name := range shared {
		inside := slices.IndexFunc(shared[:i], func(other string) bool {
			return within(name, other) || within(other, name)
		})
		switch {
		case name == "" || path.IsAbs(name) || path.Clean(name) != strings.TrimSuffix(name, "/") || name == ".." || strings.HasPrefix(name, "../"):
			b.error(a.expr.Range(), "shared: "+quote(name)+" is no path inside of a release", "Write it as it stands in the repository: \".env\", \"media\", \"var/uploads\".")
		case within(name, ".git"):
			b.error(a.expr.Range(), "shared: "+name+" is git's own", "Take it out.")
		case inside >= 0:
			b.error(a.expr.Range(), "shared: "+name+" and "+shared[inside]+" hold one another", "Name the outer one alone.")
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
		if d.unit.Pipeline == nil || d.unit.Pipeline.Fetch() == nil {
			continue
		}
		directory := path.Clean(d.unit.Pipeline.Directory)
		here := place{d.unit.ID, d.body.blockRange("step", d.unit.Pipeline.Fetch().Name)}
		if other, ok := taken[directory]; ok {
			l.error(here.at, string(here.owner)+" fetches into "+directory+" as "+string(other.owner)+" does",
				"That one stands at "+position(other.at)+"; give each a directory of its own.")
			continue
		}
		taken[directory] = here
	}
}

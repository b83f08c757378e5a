package units

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// ControlSocket is one more control socket, for others.
type ControlSocket struct {
	Name, Path string
	Group      string // "": the account's own
	Mode       uint32
	Verbs      []string // what others may ask there; words of unitctl
}

// maxControlSockets bounds them: each costs two files while it is open, and more while somebody is connected.
const maxControlSockets = 4

// controlSocket reads a socket block. earlier are those before it, verbs the words that there are.
func (b *body) controlSocket(name string, verbs []string, earlier []ControlSocket) ControlSocket {
	s := ControlSocket{Name: name, Path: b.path("path", "", ""), Group: b.text("group", ""), Mode: b.mode("mode", 0o600), Verbs: b.texts("verbs")}
	b.require("path", "Write path = \"~/"+name+".sock\".")
	b.require("verbs", "Write verbs = [\"status\", \"logs\"]: what may be asked there.")
	if len(earlier) == maxControlSockets {
		b.error(b.at, fmt.Sprintf("more than %d sockets of control", maxControlSockets), "Let one group use a socket for all that it may ask.")
	}
	if a, ok := b.attr("path"); ok && s.Path != "" {
		own := b.names.host.Paths().Runtime + "/control.sock"
		switch taken := slices.IndexFunc(earlier, func(other ControlSocket) bool { return other.Path == s.Path }); {
		case len(s.Path) > maxUnixPath:
			b.error(a.expr.Range(), "socket path is longer than 107 bytes", "The kernel takes no longer one.")
		case taken >= 0:
			b.error(a.expr.Range(), "path of socket \""+earlier[taken].Name+"\" again", "Each socket has a path of its own.")
		case s.Path == own:
			b.error(a.expr.Range(), "path of the control socket itself", "Its mode is `mode` of `control`; others need a socket of their own.")
		}
	}
	a, _ := b.attr("verbs")
	if tuple, literal := a.expr.(*hclsyntax.TupleConsExpr); literal && len(tuple.Exprs) == 0 {
		b.error(a.expr.Range(), "verbs is empty", "Nobody could ask anything there: write verbs = [\"status\", \"logs\"], or take the socket out.")
	}
	if a, ok := b.attr("verbs"); ok && verbs != nil {
		for _, verb := range s.Verbs {
			if !slices.Contains(verbs, verb) {
				b.error(a.expr.Range(), "there is no verb "+quote(verb), didYouMean(verb, verbs, "Verbs are those of unitctl."))
			}
		}
	}
	if a, ok := b.attr("group"); ok && s.Group != "" {
		if err := b.names.host.CheckGroup(s.Group); err != nil {
			b.atStart(a.expr.Range(), err.Error(), "Without it the socket is not opened.")
		}
	}
	return s
}

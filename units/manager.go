package units

import (
	"strings"

	"golang.org/x/mod/semver"
)

// Manager is the `unitd` block.
type Manager struct {
	RequiredVersion string
	Namespace       string
	ControlMode     uint32
	Sockets         []ControlSocket
	LogsMaxTotal    int64
}

// manager reads the unitd block.
func (b *body) manager(in Inputs) Manager {
	m := Manager{ControlMode: 0o700}
	m.RequiredVersion = b.text("required_version", "")
	if a, ok := b.attr("required_version"); ok && m.RequiredVersion != "" {
		b.checkVersion(a, m.RequiredVersion, in.Version)
	}
	m.Namespace = b.oneOf("namespace", "auto", namespaceModes...)
	b.one("control", func(inner *body) {
		m.ControlMode = inner.mode("mode", 0o700)
		inner.each("socket", func(socket *body, name string) {
			m.Sockets = append(m.Sockets, socket.controlSocket(name, in.Verbs, m.Sockets))
		})
	})
	b.one("logs", func(inner *body) { m.LogsMaxTotal = inner.size("max_total", 0, 1<<20) })
	return m
}

var versionPattern = pattern(`^(>=|<=|!=|=|>|<|)\s*([0-9]+(?:\.[0-9]+){0,2})$`)

// checkVersion compares this version with required_version: comparisons, all of which have to hold.
func (b *body) checkVersion(a attribute, required, version string) {
	release, _, _ := strings.Cut(version, "-") // a development build counts as the release it leads to
	for _, part := range strings.Split(required, ",") {
		m := versionPattern().FindStringSubmatch(strings.TrimSpace(part))
		if m == nil {
			b.error(a.expr.Range(), "required_version is no comparison", "Write \">= 0.1\", or several with commas.")
			return
		}
		if version != "" && !holds(m[1], semver.Compare("v"+release, "v"+m[2])) {
			b.error(a.expr.Range(), "these files require unitd "+required, "This is unitd "+version+".")
			return
		}
	}
}

// holds says whether a comparison's result fits its operator.
func holds(operator string, result int) bool {
	switch operator {
	case ">=":
		return result >= 0
	case "<=":
		return result <= 0
	case "!=":
		return result != 0
	case ">":
		return result > 0
	case "<":
		return result < 0
	}
	return result == 0
}

package units

import (
	"path"
	"time"
)

// surroundings reads how programs of a unit run, but for which they are and when they count as started.
func (b *body) surroundings(in setting) Process {
	p := Process{ReadyFD: -1, Type: TypeSimple}
	p.Directory = b.path("directory", b.home, "")
	p.Umask = b.mode("umask", 0o022)
	p.PathPrepend = b.paths("path_prepend")
	p.StopTimeout = b.duration("stop_timeout", 15*time.Second, 0)
	p.StopSignal = b.signal("stop_signal", "SIGTERM")
	p.KillMode = KillMode(b.oneOf("kill_mode", string(KillMixed), string(KillMixed), string(KillControlGroup), string(KillProcess)))
	p.Control = b.flag("control", false)
	b.one("limits", func(inner *body) { p.Limits = inner.limits() })
	b.one("sandbox", func(inner *body) {
		p.Sandbox = inner.sandbox(in.namespace)
		inner.checkNamespace(&p.Sandbox)
	})
	b.one("log", func(inner *body) {
		p.Log = inner.log(path.Join(b.names.host.Paths().Log, LogName(in.owner().ID)), p.Directory)
	})
	return p
}

package units

import (
	"path"
	"time"
)

// Strategy says whom a member's failure restarts (OTP's supervisor strategies).
type Strategy string

// The strategies.
const (
	OneForOne  Strategy = "one_for_one"
	OneForAll  Strategy = "one_for_all"
	RestForOne Strategy = "rest_for_one"
)

// Supervisor is a fault domain. Its `defaults` are merged into its members when loading.
type Supervisor struct {
	Strategy Strategy
	// Burst member failures inside Interval are borne, one more fails the supervisor; 0: no intensity.
	Burst    int
	Interval time.Duration
	Restart  Restart
}

// supervisor reads a supervisor. What its defaults hold is read for each member; here they are read once for
// themselves, so that mistakes show even without a member.
func (b *body) supervisor(namespace string) *Supervisor {
	s := &Supervisor{}
	s.Strategy = Strategy(b.oneOf("strategy", string(OneForOne), string(OneForOne), string(OneForAll), string(RestForOne)))
	b.one("intensity", func(inner *body) {
		if inner.own == nil {
			return
		}
		inner.require("burst", "Write burst = 10: one failure more than that is too much.")
		s.Burst = inner.number("burst", 0, 1, 1_000_000)
		s.Interval = inner.duration("interval", time.Minute, time.Millisecond)
	})
	b.restarts(&s.Restart, supervisorRestart())
	b.one("defaults", func(inner *body) { inner.memberDefaults(namespace) })
	return s
}

// memberDefaults reads a defaults block for its mistakes.
func (b *body) memberDefaults(namespace string) {
	directory := b.path("directory", b.home, "")
	b.envFiles(directory, nil)
	b.paths("path_prepend")
	b.mode("umask", 0)
	b.duration("stop_timeout", 0, 0)
	b.one("restart", func(inner *body) { inner.restart(appRestart(TypeSimple)) })
	b.one("log", func(inner *body) { inner.log(path.Join(directory, "log"), directory) })
	b.one("limits", func(inner *body) { inner.limits() })
	b.one("sandbox", func(inner *body) { inner.sandbox(namespace) })
	known(&b.attrs, "env")
	known(&b.blocks, "health")
	late := b.starting(&Scope{Credentials: b.credentials()}, b.report, b.names)
	late.worker = true // members that a pool runs may name worker.*
	late.environment("env")
	late.each("health", func(inner *body, name string) { inner.health(name) })
}

package units

import (
	"time"
)

// Delay is a wait: for a duration, or until a condition holds.
type Delay struct {
	Duration  time.Duration
	SinceBoot bool
	Until     *Until
	// ContinueOnTimeout says that a condition that never held is no failure.
	ContinueOnTimeout bool
}

// Until is a delay's condition. Exactly one of its first four fields is set.
type Until struct {
	Address string
	URL     string
	Path    string
	Command []string
	// Namespace is what the manager's `namespace` says, where there is a Command.
	Namespace string
}

// delay reads a delay.
func (b *body) delay(namespace string) *Delay {
	d := &Delay{}
	b.require("duration", "Write duration = \"30s\"; with `until` it is the longest wait.")
	d.Duration = b.duration("duration", 0, 0)
	d.SinceBoot = b.oneOf("since", "boot", "boot", "start") == "boot"
	d.ContinueOnTimeout = b.oneOf("on_timeout", "fail", "fail", "continue") == "continue"
	written := b.one("until", func(inner *body) {
		if inner.own != nil {
			d.Until = inner.until(namespace)
		}
	})
	if a, ok := b.attr("since"); ok && written && d.SinceBoot && !a.null() {
		b.error(a.expr.Range(), "since = \"boot\" together with until", "The longest wait counts from when the delay starts. Take it out.")
	}
	if a, ok := b.attr("on_timeout"); ok && !written {
		b.error(a.at, "on_timeout without until", "A delay that only waits cannot fail.")
	}
	return d
}

func (b *body) until(namespace string) *Until {
	u := &Until{Address: b.endpoint("address"), URL: b.httpURL("url"), Path: b.path("path", "", ""), Command: b.argv("command")}
	b.exactlyOne("address", "url", "path", "command")
	if len(u.Command) > 0 {
		u.Namespace = namespace
	}
	return u
}

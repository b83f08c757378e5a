package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"

	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
)

// What is said to a service manager that has started unitd, where there is one: a `systemd --user`, a container's, another
// unitd (sd_notify(3)).

// tellParent says something, in one message. That it is not heard goes to the log once, until it is again.
func (p *parts) tellParent(states ...string) {
	_, err := daemon.SdNotify(false, strings.Join(states, "\n"))
	if unheard := p.unheard.Swap(err != nil); err != nil && !unheard {
		p.log.Warn("notify the service manager that started unitd", "error", err)
	}
}

// reloadParent says that unit files are being applied, until the function that comes back is called.
func (p *parts) reloadParent() (done func()) {
	p.tellParent(daemon.SdNotifyReloading, daemon.SdNotifyMonotonicUsec())
	return func() { p.tellParent(daemon.SdNotifyReady) }
}

// keepParentPosted tells the parent how many units are active and have failed whenever that changes, and that unitd is
// alive as long as its loop answers, where the parent watches for that (sd_watchdog_enabled(3)). Where there is no
// parent it does nothing.
func (p *parts) keepParentPosted(ctx context.Context) (func() error, func(error)) {
	return until(ctx, func(ctx context.Context) error {
		if os.Getenv("NOTIFY_SOCKET") == "" {
			<-ctx.Done()
			return nil
		}
		interval, err := daemon.SdWatchdogEnabled(false)
		if err != nil {
			p.log.Warn("read the watchdog interval of the service manager that started unitd", "error", err)
		}
		var feed <-chan time.Time
		if interval > 0 {
			ticker := time.NewTicker(interval / 2) // half of it, as the man page has it
			defer ticker.Stop()
			feed = ticker.C
		}
		return p.post(ctx, feed)
	})
}

// post tells the parent what changes, and feeds its watchdog by the clock given.
func (p *parts) post(ctx context.Context, feed <-chan time.Time) error {
	var changes <-chan struct{}
	var told string
	if err := p.engine.Call(ctx, func(m *engine.Model) { changes, _ = m.Watch() }); err != nil {
		return err
	}
	tell := func(states ...string) {
		var status string
		if err := p.engine.Call(ctx, func(m *engine.Model) { status = summary(m) }); err != nil {
			return
		}
		if status != told {
			states, told = append(states, "STATUS="+status), status
		}
		if len(states) > 0 {
			p.tellParent(states...)
		}
	}
	tell() // nothing need change of what was taken over
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-p.engine.Done():
			<-ctx.Done()
			return nil
		case <-feed:
			tell(daemon.SdNotifyWatchdog)
		case <-changes:
			tell()
		}
	}
}

// summary counts the units: "12 units: 10 active, 1 failed".
func summary(m *engine.Model) string {
	active, failed := 0, 0
	ids := m.IDs()
	for _, id := range ids {
		switch u := m.Unit(id); {
		case u == nil:
		case u.Phase() == lifecycle.Failed:
			failed++
		case u.Phase().Up():
			active++
		}
	}
	word := "units"
	if len(ids) == 1 {
		word = "unit"
	}
	return fmt.Sprintf("%d %s: %d active, %d failed", len(ids), word, active, failed)
}

package main

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"unitd/internal/dirs"
	"unitd/policy/restart"
	"unitd/runtime/process"
	"unitd/runtime/state"
)

// envGuard tells a manager that its guard has started it.
const envGuard = "UNITD_GUARD"

// guarded is what a start has to know of guards.
type guarded struct {
	by    bool          // a guard has started this manager
	ends  bool          // and the one before was on its way to a deliberate end
	why   string        // why there is none; "": there is one
	guard process.Guard // as this manager is to be started again
	died  []state.Death // of earlier managers, in this boot of the host
}

// newGuarded looks at what this process was started with. It takes what was meant for it alone out of the environment.
func newGuarded(o options, d dirs.Dirs, core process.Rlimit) guarded {
	g := guarded{by: os.Getenv(envGuard) != "", why: unguarded(o, os.Getpid(), os.Getenv)}
	os.Unsetenv(envGuard) //nolint:errcheck // fails for names that are none
	if g.by {
		// It was executed by the number of a file, which the kernel makes its name.
		_ = os.WriteFile("/proc/self/comm", []byte("unitd"), 0) // the name is for people only
	}
	g.guard = process.Guard{Args: append([]string{programPath(g.by || os.Getenv(envHandover) != "")}, o.arguments(d)...), Env: forNext(os.Environ()), Log: ownLog(d), Core: &core}
	return g
}

// forNext is the environment of the next manager: what was said to this process alone is not for it.
func forNext(env []string) []string {
	next := []string{envGuard + "=1"}
	return append(next, slices.DeleteFunc(env, forOneProcess)...)
}

// forOneProcess reports a variable by which a service manager tells something to the process that it has started, and to no
// other (sd_listen_fds(3), sd_watchdog_enabled(3)).
func forOneProcess(entry string) bool {
	switch name, _, _ := strings.Cut(entry, "="); name {
	case "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "WATCHDOG_PID", "WATCHDOG_USEC":
		return true
	}
	return false
}

// unguarded says why a manager has no guard: whoever has started it starts it again, and a second one would be in the way.
func unguarded(o options, pid int, getenv func(string) string) string {
	switch {
	case o.noGuard:
		return "--no-guard"
	case pid == 1:
		return "the end of pid 1 ends its whole container, which is started again from outside"
	case getenv("NOTIFY_SOCKET") != "":
		return "the service manager at NOTIFY_SOCKET has started it"
	case getenv("SYSTEMD_EXEC_PID") == strconv.Itoa(pid):
		return "systemd has started it"
	}
	return ""
}

// resume finds out whether the manager before this one was on its way to an end that somebody wanted, which this one goes
// on with. Who starts unitd by hand wants it to run.
func (g *guarded) resume(l *loaded, shutdown bool) {
	draining := l.before != nil && l.before.state.Draining
	g.ends = g.by && (shutdown || draining)
	l.saved.Shutdown = g.ends && shutdown
}

// bury notes the death of the manager before this one, and says so in the log where that happens again and again.
func (g *guarded) bury(l *loaded, log *slog.Logger) {
	if g.by || l.before != nil && !l.before.state.Draining {
		if err := state.AddDeath(l.dirs.State, state.Death{At: time.Now(), Up: up(), Boot: l.bootID}); err != nil {
			log.Warn("the guard may start a manager too soon that ends again and again", "error", err)
		}
	}
	g.died = state.Deaths(l.dirs.State, l.bootID)
	switch inRow, pause, _ := g.outlook(); {
	case pause > 0:
		log.Error("the manager ends again and again and nobody has asked for it: look for the reason above, in the log of the kernel, and at the limits of the account",
			"deaths", inRow, "next_restart_after", pause)
	case g.by:
		log.Warn("started again by the guard: the manager before has ended without being asked to", "deaths", inRow)
	}
}

// outlook judges the deaths by how long ago they are.
func (g *guarded) outlook() (inRow int, pause, calmIn time.Duration) {
	now := up()
	ago := make([]time.Duration, len(g.died))
	for i, d := range g.died {
		ago[i] = now - d.Up
	}
	return restart.Manager(ago)
}

// deaths are for people.
func (g *guarded) deaths() (count int, last time.Time, pause time.Duration) {
	if count = len(g.died); count > 0 {
		last = g.died[count-1].At
	}
	_, pause, _ = g.outlook()
	return count, last, pause
}

// makeGuard makes the guard of this manager, and, when the manager has become calm after many deaths, one that does not wait.
func (p *parts) makeGuard() {
	g := &p.loaded.guarded
	if g.why != "" {
		p.log.Info("no guard starts this manager again", "reason", g.why)
		p.executor.EndGuards()
		return
	}
	made := g.guard
	_, made.Pause, _ = g.outlook()
	p.executor.Guard(made)
}

// calm is the part that makes the guard anew once the manager has lived for long enough.
func (p *parts) calm(ctx context.Context) error {
	g := &p.loaded.guarded
	if _, pause, calmIn := g.outlook(); g.why == "" && pause > 0 {
		select {
		case <-time.After(calmIn):
			p.makeGuard()
		case <-ctx.Done():
		}
	}
	<-ctx.Done()
	return nil
}

package screen

import (
	"fmt"
	"strings"
	"time"

	"unitd/ipc/protocol"
)

// deaths tells of the managers that have ended without being asked to.
func deaths(m protocol.ManagerStatus, style Style) string {
	text := fmt.Sprintf("%d since the host booted, the last %s", m.Deaths, style.ago(m.LastDeath))
	if m.RestartPauseSeconds > 0 {
		text += fmt.Sprintf("; the guard waits %s after the next one", Duration(time.Duration(m.RestartPauseSeconds*float64(time.Second))))
	}
	return text
}

// Manager lists what is known of the manager, a line each; boot is what Status says.
func Manager(m protocol.ManagerStatus, boot string, style Style) string {
	var b strings.Builder
	add := func(name, format string, args ...any) {
		fmt.Fprintln(&b, style.wrap(pad(name, detailName, false)+" "+fmt.Sprintf(format, args...), detailName+1))
	}
	add("version", "%s", m.Version)
	if m.Program != "" {
		add("program", "%s", style.Path(m.Program))
	}
	add("pid", "%d", m.PID)
	add("since", "%s (%s)", m.Since.Format(time.RFC3339), Duration(style.Now.Sub(m.Since)))
	add("units", "%d in %s", m.Units, style.Path(m.UnitsDir))
	if m.Commit != "" {
		add("commit", "%s", m.Commit)
	}
	switch {
	case m.Applying:
		add("applied", "an apply goes on")
	case !m.AppliedAt.IsZero():
		add("applied", "%s (%s)", m.AppliedAt.Format(time.RFC3339), style.ago(m.AppliedAt))
	}
	switch {
	case m.LoadError != "":
		add("changes", "the unit files cannot be loaded, see below")
	case m.ChangesNotApplied > 0:
		add("changes", "%d not applied: unitctl plan", m.ChangesNotApplied)
	default:
		add("changes", "nothing to apply")
	}
	add("state", "%s", style.Path(m.StateDir))
	add("runtime", "%s", style.Path(m.RuntimeDir))
	if boot != "" {
		add("boot", "%s", boot)
	}
	if line := account(m); line != "" {
		add("account", "%s", line)
	}
	if m.ReexecError != "" {
		add("re-exec", "another program could not take over: %s", m.ReexecError)
	}
	if m.NoGuard != "" {
		add("guard", "none: %s", m.NoGuard)
	}
	if m.Deaths > 0 {
		add("deaths", "%s", deaths(m, style))
	}
	if m.Stopping {
		add("stopping", "yes")
	}
	if m.LoadError != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimRight(m.LoadError, "\n"))
	}
	return b.String()
}

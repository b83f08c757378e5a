package screen

import (
	"fmt"
	"strings"

	"unitd/ipc/protocol"
)

// Status draws the whole screen of `unitctl status`. boot says in a few words what starts the manager after a reboot,
// "cron, @reboot + every minute"; "": that is not known.
func Status(list []protocol.UnitStatus, manager protocol.ManagerStatus, boot string, style Style) string {
	var b strings.Builder
	for _, line := range heading(manager, boot, style) {
		fmt.Fprintln(&b, line)
	}
	fmt.Fprintln(&b)
	switch {
	case len(list) == 0 && manager.LoadError != "":
		fmt.Fprintln(&b, "no units run")
	case len(list) == 0:
		fmt.Fprintf(&b, "no units: write *.hcl files into %s\n", style.Path(manager.UnitsDir))
	default:
		b.WriteString(draw(rows(list, style), style))
	}
	if line := account(manager); line != "" {
		fmt.Fprintf(&b, "\n%s\n", style.fit(line, 0))
	}
	return b.String()
}

// heading says what manager this is and how its units stand to their files.
func heading(m protocol.ManagerStatus, boot string, style Style) []string {
	first := fmt.Sprintf("unitd %s  pid %d  up %s", m.Version, m.PID, Duration(style.Now.Sub(m.Since)))
	if boot != "" {
		first += "  boot: " + boot
	}
	if m.Stopping {
		first += "  " + style.paint(yellow, "stopping")
	}
	second := "units " + style.Path(m.UnitsDir)
	if m.Commit != "" {
		second += " @" + m.Commit
	}
	switch {
	case m.Applying:
		second += ", being applied"
	case !m.AppliedAt.IsZero() && (m.Units > 0 || m.LoadError == ""):
		second += ", applied " + style.ago(m.AppliedAt)
	}
	lines := []string{style.fit(first, 0)}
	if m.RestartPauseSeconds > 0 {
		lines = append(lines, style.paint(red, style.wrap("unitd dies again and again, see its log: "+deaths(m, style), 0)))
	}
	switch {
	case m.LoadError != "" || m.ChangesNotApplied < 0:
		state := "the unit files have errors: the last good load is in force (unitctl verify)"
		if m.Units == 0 {
			state = "the unit files have errors, and no last good load is kept (unitctl verify)"
		}
		if problem := strings.TrimSpace(m.LoadError); problem != "" && !strings.Contains(problem, "\n") {
			state = problem // not what is in a file
		}
		lines = append(lines, style.wrap(second, 6), style.paint(red, style.wrap(state, 0)))
	case m.ChangesNotApplied > 0:
		lines = append(lines, style.wrap(fmt.Sprintf("%s, %s not applied: unitctl plan", second, Count(m.ChangesNotApplied, "change")), 6))
	case m.Applying:
		lines = append(lines, style.wrap(second, 6))
	default:
		lines = append(lines, style.wrap(second+", nothing to apply", 6))
	}
	return lines
}

// account says what the account uses of what it may use.
func account(m protocol.ManagerStatus) string {
	var parts []string
	if m.MemoryBytes > 0 {
		text := Size(m.MemoryBytes)
		if m.MemoryLimitBytes > 0 {
			text += " of " + Size(m.MemoryLimitBytes)
		}
		parts = append(parts, text)
	}
	if m.Tasks > 0 {
		text := fmt.Sprintf("%d processes and threads", m.Tasks)
		if m.TasksLimit > 0 {
			text = fmt.Sprintf("%d of %d processes and threads", m.Tasks, m.TasksLimit)
		}
		parts = append(parts, text)
	}
	line := strings.Join(parts, ", ")
	switch {
	case m.Containment == "":
	case line == "":
		line = "containment: " + m.Containment
	default:
		line += "; containment: " + m.Containment
	}
	return line
}

// Units draws the units that `unitctl status UNIT…` names, with what the table has no room for.
func Units(list []protocol.UnitStatus, style Style) string {
	var b strings.Builder
	b.WriteString(draw(rows(list, style), style))
	for _, u := range list {
		if lines := details(u, style); len(lines) > 0 || u.Description != "" {
			fmt.Fprintf(&b, "\n%s\n", strings.TrimRight(style.fit(u.ID+"  "+Plain(u.Description), 0), " "))
			for _, line := range lines {
				fmt.Fprintln(&b, style.wrap("  "+line, detailIndent))
			}
		}
	}
	return b.String()
}

// The names of details stand in a column of their own.
const (
	detailName   = 11
	detailIndent = 2 + detailName + 1
)

// details are what the table has no room for.
func details(u protocol.UnitStatus, style Style) []string {
	var lines []string
	add := func(name, format string, args ...any) {
		lines = append(lines, pad(name, detailName, false)+" "+fmt.Sprintf(format, args...))
	}
	long := func(note string) bool {
		_, whole := noteBelow(Plain(note), style)
		return style.Width > 0 && !whole
	}
	if long(u.Note) {
		add("note", "%s", Plain(u.Note))
	}
	for _, w := range u.Workers {
		if long(w.Note) {
			add("note", "%s: %s", WorkerName(u.ID, w.Index), Plain(w.Note))
		}
	}
	if u.StatusText != "" && u.Note != "" {
		add("status", "%s", Plain(u.StatusText))
	}
	for _, l := range u.Listen {
		add("listen", "%s %s", l.Name, l.Address)
	}
	for _, t := range u.Triggers {
		add("trigger", "%s", trigger(t, style))
	}
	for _, h := range u.Health {
		add("health", "%s %s", h.Name, health(h))
	}
	if u.LastExit != nil {
		add("last exit", "%s", Exit(*u.LastExit, style))
	}
	if u.Restarts != nil && *u.Restarts > 0 {
		add("restarts", "%d", *u.Restarts)
	}
	if !u.Enabled {
		add("enabled", "no")
	}
	if u.Containment != "" {
		add("containment", "%s", u.Containment)
	}
	return lines
}

// trigger says what starts a pipeline by itself, and how it stands with that.
func trigger(t protocol.Trigger, style Style) string {
	text := t.Kind
	switch {
	case t.Kind == protocol.TriggerWebhook:
		text += fmt.Sprintf(" %s at %s%s", t.Provider, t.Address, t.Path)
	case t.Last.IsZero():
		text += " every " + t.Every
	default:
		text += fmt.Sprintf(" every %s, asked %s", t.Every, style.ago(t.Last))
	}
	if t.Branch != "" {
		text += ", branch " + Plain(t.Branch)
	}
	if t.Note != "" {
		text += ": " + Plain(t.Note)
	}
	return text
}

// health says in words how a check stands.
func health(h protocol.Health) string {
	switch {
	case h.OK && h.Failures == 0:
		return "ok"
	case h.OK:
		return fmt.Sprintf("ok so far, failed %s: %s", Count(h.Failures, "time"), Plain(h.LastError))
	case h.Failures > 0:
		return fmt.Sprintf("failed %s: %s", Count(h.Failures, "time"), Plain(h.LastError))
	case h.LastError != "":
		return "not passed yet: " + Plain(h.LastError)
	}
	return "not checked yet"
}

// Exit says how a process ended: "exit 3, 2 min ago", "SIGTERM (health), 5 s ago: health "http" failed 2 times: …".
func Exit(e protocol.LastExit, style Style) string {
	text := e.Reason
	switch {
	case e.Signal != "":
		text = fmt.Sprintf("%s (%s)", e.Signal, e.Reason)
	case e.Code != nil && e.Reason == "exit":
		text = fmt.Sprintf("exit %d", *e.Code)
	case e.Code != nil:
		text = fmt.Sprintf("exit %d (%s)", *e.Code, e.Reason)
	}
	if !e.At.IsZero() {
		text += ", " + style.ago(e.At)
	}
	if e.Why != "" {
		text += ": " + Plain(e.Why)
	}
	return text
}

// List draws one line for each unit, without workers: `unitctl list`.
func List(list []protocol.UnitStatus, style Style) string {
	var b strings.Builder
	wide := [3]int{len("UNIT"), len("STATE"), len("ENABLED")}
	for _, u := range list {
		wide[0] = max(wide[0], len(u.ID))
		wide[1] = max(wide[1], len(State(u.Active, u.Sub)))
	}
	line := func(id, state, enabled, description string) {
		text := pad(id, wide[0], false) + "  " + pad(state, wide[1], false) + "  " + pad(enabled, wide[2], false) + "  " + description
		fmt.Fprintln(&b, strings.TrimRight(style.fit(text, 0), " "))
	}
	line("UNIT", "STATE", "ENABLED", "DESCRIPTION")
	for _, u := range list {
		enabled := "no"
		if u.Enabled {
			enabled = "yes"
		}
		line(u.ID, State(u.Active, u.Sub), enabled, Plain(u.Description))
	}
	return b.String()
}

package screen

import (
	"fmt"
	"strings"

	"unitd/ipc/protocol"
)

// progressLines is the most lines that a job's progress takes on a terminal.
const progressLines = 8

// Progress draws a job that is not done, for a terminal: what has still to happen, and who waits for whom.
func Progress(job protocol.JobStatus, style Style) []string {
	done := 0
	var lines []string
	for _, u := range job.Units {
		if u.State == protocol.JobDone {
			done++
			continue
		}
		sign, colour := mark(u.Active, u.Sub)
		line := "  " + u.ID + "  " + State(u.Active, u.Sub)
		if len(u.WaitingFor) > 0 {
			line += ", waits for " + Plain(strings.Join(u.WaitingFor, ", "))
		}
		if u.Note != "" {
			line += ": " + Plain(u.Note)
		}
		lines = append(lines, style.paint(colour, sign)+style.fit(line, 1))
	}
	if len(lines) > progressLines {
		more := len(lines) - progressLines + 1
		lines = append(lines[:progressLines-1], style.fit(fmt.Sprintf("  … and %d more", more), 0))
	}
	title := fmt.Sprintf("%s: %d of %d", JobTitle(job), done, len(job.Units))
	return append([]string{style.fit(title, 0)}, lines...)
}

// JobTitle says what a job is to do: "start pool.api", "stop 12 units", or "apply", which names none.
func JobTitle(job protocol.JobStatus) string {
	targets := strings.Join(job.Targets, ", ")
	if len(job.Targets) > 3 {
		targets = Count(len(job.Targets), "unit")
	}
	return strings.TrimSpace(job.Verb + " " + targets)
}

// Failure says why a job that is done did not do what was asked, with the last output of what failed.
func Failure(job protocol.JobStatus, style Style) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", JobTitle(job), style.paint(red, job.Result))
	if job.Reason != "" {
		fmt.Fprintf(&b, ": %s", job.Reason)
	}
	fmt.Fprintln(&b)
	for _, u := range job.Units {
		if u.State != protocol.JobDone || u.Success() {
			continue
		}
		if u.Reason != job.Reason && u.ID+": "+u.Reason != job.Reason { // which is said already
			fmt.Fprintf(&b, "  %s: %s", u.ID, u.Result)
			if u.Reason != "" {
				fmt.Fprintf(&b, ": %s", u.Reason)
			}
			fmt.Fprintln(&b)
		}
		if len(u.LastOutput) == 0 {
			continue
		}
		fmt.Fprintf(&b, "  last output of %s (unitctl logs %s):\n", u.ID, ShortName(u.ID))
		for _, line := range u.LastOutput {
			fmt.Fprintf(&b, "    %s\n", Plain(line))
		}
	}
	return b.String()
}

// Waiting says what a job that was not waited for any longer still waits for.
func Waiting(job protocol.JobStatus) string {
	var parts []string
	for _, u := range job.Units {
		if u.State == protocol.JobDone {
			continue
		}
		part := fmt.Sprintf("%s is %s", u.ID, State(u.Active, u.Sub))
		if len(u.WaitingFor) > 0 {
			part += " and waits for " + Plain(strings.Join(u.WaitingFor, ", "))
		}
		if u.Note != "" {
			part += " (" + Plain(u.Note) + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "; ")
}

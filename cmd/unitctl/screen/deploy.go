package screen

import (
	"fmt"
	"strings"
	"time"

	"unitd/internal/columns"
	"unitd/ipc/protocol"
)

// StepNews draws what has come of the steps of a run since it was seen last: one line for each that has ended, has been
// undone or restored. A rollback goes backwards, and so do its lines.
func StepNews(before, now protocol.PipelineRun, style Style) []string {
	width := stepWidth(now)
	was := func(i int) protocol.RunStep {
		if i < len(before.Steps) {
			return before.Steps[i]
		}
		return protocol.RunStep{}
	}
	var lines []string
	say := func(result, name, verb, words string) {
		sign, colour := resultMark(result)
		line := pad(verb+name, width, false) + "  " + words
		lines = append(lines, style.paint(colour, sign)+" "+style.fit(strings.TrimRight(line, " "), 2))
	}
	for i, s := range now.Steps {
		if s.Result != "" && was(i).Result == "" && !now.Rollback {
			say(s.Result, s.Name, "", stepWords(s, now))
		}
	}
	for i := len(now.Steps) - 1; i >= 0; i-- {
		if s := now.Steps[i]; s.Undone != "" && was(i).Undone == "" {
			say(s.Undone, s.Name, "undo ", failureWords(s.Undone, s))
		}
	}
	for i := len(now.Steps) - 1; i >= 0; i-- {
		if s := now.Steps[i]; s.Restored != "" && was(i).Restored == "" {
			say(s.Restored, s.Name, "restore ", failureWords(s.Restored, s))
		}
	}
	return lines
}

// stepWidth is how wide the names of steps are.
func stepWidth(r protocol.PipelineRun) int {
	width := 0
	for _, s := range r.Steps {
		width = max(width, columns.Width(s.Name))
	}
	return min(width, widestUnit)
}

func resultMark(result string) (sign, colour string) {
	switch result {
	case protocol.RunOK:
		return "✓", green
	case "skipped":
		return "-", faint
	}
	return "×", red
}

// stepWords says how a step went that has ended.
func stepWords(s protocol.RunStep, r protocol.PipelineRun) string {
	if s.Result == "skipped" {
		return strings.TrimSuffix("skipped: "+Plain(s.Reason), ": ")
	}
	words := pad(length(time.Duration(s.Duration)*time.Millisecond), 6, true)
	switch {
	case s.Result != protocol.RunOK:
		words += "  " + Plain(s.Reason)
	case s.Kind == "git":
		words += "  " + ShortCommit(r.Commit)
	}
	if s.Attempts > 1 {
		words += fmt.Sprintf("  in %d attempts", s.Attempts)
	}
	return words
}

func failureWords(result string, s protocol.RunStep) string {
	if result == protocol.RunOK || result == "skipped" {
		return ""
	}
	return Plain(s.Reason)
}

// spinner turns while a step runs.
var spinner = []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")

// spinnerTurn is how long each of its signs is shown.
const spinnerTurn = 100 * time.Millisecond

// RunProgress draws what a run does now and what is still to come, for a terminal.
func RunProgress(r protocol.PipelineRun, style Style) []string {
	if r.State == protocol.RunWaiting {
		return []string{style.paint(faint, style.fit("  waits for the run before it to end", 0))}
	}
	width := stepWidth(r)
	turning := string(spinner[int(style.Now.UnixMilli()/spinnerTurn.Milliseconds())%len(spinner)])
	var lines []string
	coming := 0
	for _, s := range r.Steps {
		switch {
		case s.Undoing:
			lines = append(lines, style.paint(yellow, turning)+" "+style.fit("undo "+s.Name, 2))
		case s.Began() && s.Result == "":
			words := pad(Duration(style.Now.Sub(s.StartedAt)), 6, true)
			if s.Attempts > 1 {
				words += fmt.Sprintf("  attempt %d: %s", s.Attempts, Plain(s.Reason))
			}
			lines = append(lines, style.paint(yellow, turning)+" "+style.fit(pad(s.Name, width, false)+"  "+words, 2))
		case !s.Began() && s.Result == "" && r.State == protocol.RunRunning:
			if coming++; coming <= progressLines {
				lines = append(lines, style.paint(faint, style.fit("  "+s.Name, 0)))
			}
		}
	}
	if r.State == protocol.RunRollingBack && len(lines) == 0 {
		lines = append(lines, style.paint(yellow, turning)+" goes back")
	}
	return lines
}

// RunSuccess says what a run has brought.
func RunSuccess(r protocol.PipelineRun) string {
	text := RunTitle(r) + ": ok in " + length(time.Duration(r.Duration)*time.Millisecond)
	switch {
	case r.Rollback && r.Previous != "":
		return text + ", back to " + ShortCommit(r.Previous)
	case !r.Rollback && r.Commit != "":
		return text + ", " + ShortCommit(r.Commit)
	}
	return text
}

// RunFailure says why a run that is done did not do what was asked, with the last output of what failed.
func RunFailure(r protocol.PipelineRun, style Style) string {
	text := RunTitle(r) + ": " + style.paint(resultColour(r), strings.ReplaceAll(r.Result, "-", " "))
	if r.Reason != "" {
		text += ": " + Plain(r.Reason)
	}
	return text + "\n" + lastOutput(r)
}

// RunGoesOn says how far a run is that is not waited for any longer, and what can be done about it.
func RunGoesOn(r protocol.PipelineRun) string {
	what := stepUnderWay(r)
	if r.State == protocol.RunWaiting {
		what = "waits for the run before it"
	}
	if what != "" {
		what = " (" + what + ")"
	}
	return "goes on" + what + ": unitctl deploys " + ShortName(r.Pipeline) + " shows it, unitctl stop " + ShortName(r.Pipeline) + " cancels it"
}

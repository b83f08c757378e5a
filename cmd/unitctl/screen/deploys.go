package screen

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"unitd/ipc/protocol"
)

// Deploys draws one line for each run, as they come: what it was, how it went, and who wanted it. one says that they are
// all of one pipeline, which then need not be named in each.
func Deploys(list []protocol.PipelineRun, one bool, style Style) string {
	if len(list) == 0 {
		return "no runs yet\n"
	}
	table := [][]string{{"RUN", "RESULT", "COMMIT", "WHEN", "TOOK", "BY", "WHY"}}
	for _, r := range list {
		name := RunName(r)
		if one {
			name = fmt.Sprintf("#%d", r.ID)
		}
		result := cmp.Or(r.Result, r.State)
		if r.Live {
			result += ", live"
		}
		table = append(table, []string{name, result, cmp.Or(ShortCommit(r.Commit), "-"), runWhen(r, style), runTook(r), r.By, why(r, style)})
	}
	return grid(table, style)
}

// RunName is how people call a run: "deploy/18".
func RunName(r protocol.PipelineRun) string { return fmt.Sprintf("%s/%d", ShortName(r.Pipeline), r.ID) }

// RunTitle is how people are told of one: "pipeline.deploy #18".
func RunTitle(r protocol.PipelineRun) string { return fmt.Sprintf("%s #%d", r.Pipeline, r.ID) }

// ShortCommit abbreviates a commit as git does.
func ShortCommit(commit string) string { return commit[:min(7, len(commit))] }

func runWhen(r protocol.PipelineRun, style Style) string {
	switch {
	case r.State == protocol.RunWaiting:
		return "waits"
	case r.StartedAt.IsZero():
		return "-"
	}
	return style.ago(r.StartedAt)
}

func runTook(r protocol.PipelineRun) string {
	if r.State == protocol.RunWaiting || len(r.Steps) == 0 {
		return "-"
	}
	return length(time.Duration(r.Duration) * time.Millisecond)
}

// why says what a person may ask of a run: why it failed, or what it does, or who wanted it.
func why(r protocol.PipelineRun, style Style) string {
	switch {
	case r.Reason != "" && !r.Success():
		return style.paint(resultColour(r), Plain(r.Reason))
	case r.State == protocol.RunRunning || r.State == protocol.RunRollingBack:
		return stepUnderWay(r)
	}
	return Plain(r.From)
}

func resultColour(r protocol.PipelineRun) string {
	switch r.Result {
	case protocol.RunOK, "":
		return ""
	case "canceled", "superseded":
		return yellow
	}
	return red
}

// stepUnderWay names the step that runs, or is being undone.
func stepUnderWay(r protocol.PipelineRun) string {
	for _, s := range r.Steps {
		switch {
		case s.Undoing:
			return "undoes " + s.Name
		case s.Began() && s.Result == "":
			return "step " + s.Name
		}
	}
	return ""
}

// PipelineHistory draws runs as History does, the oldest first: since when, for how long, how it ended.
func PipelineHistory(list []protocol.PipelineRun, style Style) string {
	var b strings.Builder
	for _, r := range list {
		if r.StartedAt.IsZero() {
			continue // it waits
		}
		verb := "ran "
		if !r.Done() {
			verb = "runs "
		}
		line := style.moment(r.StartedAt) + "  " + pad(verb+runTook(r), historyLasted, false) + "  " +
			fmt.Sprintf("#%d %s", r.ID, cmp.Or(r.Result, r.State))
		if r.Commit != "" {
			line += ", " + ShortCommit(r.Commit)
		}
		if words := why(r, Style{}); words != "" {
			line += ": " + words
		}
		fmt.Fprintln(&b, style.wrap(line, eventIndent))
	}
	return b.String()
}

// Deployment draws one run with its steps.
func Deployment(r protocol.PipelineRun, style Style) string {
	var b strings.Builder
	fmt.Fprintln(&b, style.fit(RunTitle(r)+"  "+style.paint(resultColour(r), cmp.Or(r.Result, r.State)), 0))
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintln(&b, style.wrap("  "+pad(name, 8, false)+"  "+text, 12))
		}
	}
	line("why", Plain(r.Reason))
	line("by", strings.TrimSpace(r.By+"  "+Plain(r.From)))
	asked := Plain(r.AskedCommit)
	if r.AskedBranch != "" {
		asked = strings.TrimSpace(asked + " of branch " + Plain(r.AskedBranch))
	}
	line("asked", asked)
	commit := r.Commit
	if r.Previous != "" {
		commit += ", before it " + r.Previous
	}
	line("commit", commit)
	line("release", style.Path(Plain(r.Release)))
	if !r.StartedAt.IsZero() {
		line("began", style.moment(r.StartedAt)+", "+style.ago(r.StartedAt)+"; took "+runTook(r))
	}
	if len(r.Steps) == 0 {
		return b.String()
	}
	table := [][]string{{"STEP", "RESULT", "TOOK", "UNDONE", "WHY"}}
	for _, s := range r.Steps {
		took := "-"
		if s.Began() && s.Result != "skipped" {
			took = length(stepTook(s, style))
		}
		table = append(table, []string{s.Name, cmp.Or(s.Result, stepState(s)), took, cmp.Or(undone(s), "-"), stepWhy(s)})
	}
	fmt.Fprintln(&b)
	b.WriteString(grid(table, style))
	b.WriteString(lastOutput(r))
	return b.String()
}

func stepState(s protocol.RunStep) string {
	if s.Began() {
		return "runs"
	}
	return "-"
}

// undone says what a rollback did of a step.
func undone(s protocol.RunStep) string {
	switch {
	case s.Undoing:
		return "runs"
	case s.Restored == "" || s.Restored == s.Undone:
		return s.Undone
	case s.Undone == "":
		return "restore " + s.Restored
	}
	return s.Undone + ", restore " + s.Restored
}

func stepWhy(s protocol.RunStep) string {
	words := []string{}
	if s.Reason != "" {
		words = append(words, Plain(s.Reason))
	}
	if s.Attempts > 1 {
		words = append(words, fmt.Sprintf("%d attempts", s.Attempts))
	}
	if s.Before != s.After {
		words = append(words, firstLine(s.Before)+" → "+firstLine(s.After))
	}
	return strings.Join(words, "; ")
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return cmp.Or(Plain(line), "(nothing)")
}

func stepTook(s protocol.RunStep, style Style) time.Duration {
	if s.Result == "" {
		return style.Now.Sub(s.StartedAt)
	}
	return time.Duration(s.Duration) * time.Millisecond
}

// lastOutput shows what steps that failed wrote last, or the unit that has kept one from ending well.
func lastOutput(r protocol.PipelineRun) string {
	var b strings.Builder
	for _, s := range r.Steps {
		if len(s.LastOutput) == 0 {
			continue
		}
		of := fmt.Sprintf("step %s (unitctl logs %s)", s.Name, RunName(r))
		if s.Kind != "command" && s.Kind != "git" {
			of = "the unit that step " + s.Name + " is about"
		}
		fmt.Fprintf(&b, "  last output of %s:\n", of)
		for _, line := range s.LastOutput {
			fmt.Fprintf(&b, "    %s\n", Plain(line))
		}
	}
	return b.String()
}

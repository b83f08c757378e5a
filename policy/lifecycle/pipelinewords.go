package lifecycle

import (
	"cmp"
	"fmt"
	"strings"
)

// words says what goes on, or how the last run went.
func (p *Pipeline) words() string {
	if p.Phase.Down() || p.Run == nil {
		return p.Note
	}
	text := runText(p.Run.ID) + " " + p.doing()
	var more []string
	if p.Walk.Leg != Forward && p.Walk.Leg != Finish && p.Run.Why != "" {
		more = append(more, p.Run.Why)
	}
	if !p.Walk.RetryAt.IsZero() {
		if st := p.present(); st != nil {
			more = append(more, fmt.Sprintf("attempt %d follows: %s", st.Attempts, st.Why))
		}
	}
	if p.Walk.Ill != "" {
		more = append(more, p.Walk.Ill)
	}
	if p.Waiting != nil {
		more = append(more, runText(p.Waiting.ID)+" follows")
	}
	return strings.Join(append([]string{text}, more...), "; ")
}

// Reason is why the pipeline stands where it stands: what goes on, or how the last run went.
func (p *Pipeline) Reason() string {
	if text := p.words(); text != "" || p.Run != nil || len(p.Runs) == 0 {
		return text
	}
	return p.Runs[len(p.Runs)-1].Text()
}

// doing is what of the run is under way.
func (p *Pipeline) doing() string {
	st := p.present()
	switch {
	case st == nil && p.Walk.Leg == Finish:
		return "tidies up"
	case st == nil:
		return "begins"
	case p.Walk.Leg == Forward:
		return st.Name
	case p.Walk.Part == PartRestore:
		return "restores step " + st.Name
	}
	return "takes back step " + st.Name
}

// Text says in words how a run went: "#18 rolled back: step test: exit 1", "#17 ok, 41 s, 3f9c1e2".
func (r *PipelineRun) Text() string {
	text := runText(r.ID) + " "
	switch r.Result {
	case RunOK:
		if r.Rollback {
			text += "is back before " + runText(r.Base)
		} else {
			text += "ok"
		}
		text += ", " + DurationText(r.Took)
		if r.Checked != "" && !r.Rollback {
			text += ", " + short(r.Checked)
		}
		return text
	case RunRolledBack:
		text += "rolled back"
	case RunRollbackFailed:
		text += "rollback failed"
	default:
		text += cmp.Or(r.Result, "goes on")
	}
	if r.Why != "" {
		text += ": " + r.Why
	}
	return text
}

// clip leaves of a text what people may want to read.
func clip(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}

// short is a commit as people call it.
func short(commit string) string { return commit[:min(len(commit), 7)] }

package control

import (
	"fmt"
	"strings"
	"time"

	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// begunRuns are the numbers of the runs of a pipeline that have begun, the newest first; none for another kind.
func begunRuns(model *engine.Model, id units.ID) (numbers []int) {
	runs, _ := model.Runs(id)
	for _, r := range runs {
		if len(r.Steps) > 0 {
			numbers = append(numbers, r.ID)
		}
	}
	return numbers
}

// pipeline adds to the status of a pipeline what its last run came to.
func (s *sketch) pipeline(model *engine.Model, u *lifecycle.Unit, def *units.Unit) {
	s.run, s.program = u.Process.Main, def.Process()
	if s.status.Note != "" || !u.Phase().Down() {
		return
	}
	runs, _ := model.Runs(s.id)
	for _, r := range runs {
		if r.Result == "" || r.Result == lifecycle.RunSuperseded {
			continue
		}
		words := []string{fmt.Sprintf("#%d %s", r.ID, r.Result)}
		if r.Rollback && r.Result == lifecycle.RunOK {
			words[0] = fmt.Sprintf("#%d took #%d back", r.ID, r.Base)
		}
		if !r.Ended.IsZero() {
			words = append(words, agoText(time.Since(r.Ended.Time())))
		}
		if r.Checked != "" && !r.Rollback {
			words = append(words, r.Checked[:min(7, len(r.Checked))])
		}
		s.status.Note = strings.Join(words, ", ")
		return
	}
}

// agoText says how long ago something was, in its largest unit: "2 h ago".
func agoText(d time.Duration) string {
	if d < time.Second {
		return "just now"
	}
	for _, unit := range []struct {
		length time.Duration
		name   string
		from   time.Duration
	}{{24 * time.Hour, "d", 48 * time.Hour}, {time.Hour, "h", time.Hour}, {time.Minute, "min", time.Minute}} {
		if d >= unit.from {
			return fmt.Sprintf("%d %s ago", d/unit.length, unit.name)
		}
	}
	return fmt.Sprintf("%d s ago", d/time.Second)
}

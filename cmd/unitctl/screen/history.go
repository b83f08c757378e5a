package screen

import (
	"fmt"
	"strings"
	"time"

	"unitd/ipc/protocol"
)

// Run is one run of a unit's or worker's program, told by its events.
type Run struct {
	Unit         string    `json:"unit"`
	Worker       int       `json:"worker,omitempty"`
	InvocationID string    `json:"invocation_id,omitempty"`
	PID          int       `json:"pid,omitempty"`
	StartedAt    time.Time `json:"started_at"`
	// ReadyAt is when it became active; zero: it never did.
	ReadyAt time.Time `json:"ready_at,omitzero"`
	// EndedAt is zero while it runs, and at the latest when the next one began; Ended is the reason, where a program ended, and Reason says why in words.
	EndedAt time.Time `json:"ended_at,omitzero"`
	Ended   string    `json:"ended,omitempty"`
	Reason  string    `json:"reason,omitempty"`
	// Then is the state that followed, as soon as that was decided; nil: not yet.
	Then *protocol.State `json:"then,omitempty"`
	// NextAt is when the next run began where one followed by itself.
	NextAt time.Time `json:"next_at,omitzero"`
}

// Runs tells the runs of one unit, or of the workers of one pool, from its events, oldest first.
func Runs(events []protocol.Event) []*Run {
	type key struct {
		worker     int
		invocation string // workers that began together may share one
	}
	var runs []*Run
	known, latest := map[key]*Run{}, map[int]*Run{}
	for _, e := range events {
		if e.From == nil || e.To == nil || strings.HasPrefix(e.Unit, "pool.") && e.Worker == 0 {
			continue
		}
		r, last := known[key{e.Worker, e.InvocationID}], latest[e.Worker]
		switch {
		case r != nil && e.From.Active == protocol.Failed:
			continue // it was over by then
		case r != nil:
			r.take(e)
			continue
		case e.To.Active != protocol.Activating || e.InvocationID == "":
			continue // of a run whose beginning is no longer kept
		}
		if last != nil && last.Worker == 0 && last.Then == nil {
			last.lost(e)
		}
		r = &Run{Unit: e.Unit, Worker: e.Worker, InvocationID: e.InvocationID, StartedAt: e.At}
		if last != nil && e.From.Active != protocol.Inactive && e.From.Active != protocol.Failed { // one goes over into the other
			last.take(e)
			last.NextAt = e.At
		}
		known[key{r.Worker, r.InvocationID}], latest[r.Worker], runs = r, r, append(runs, r)
	}
	return runs
}

// lost is a run that was still going when another one began, which happens when the manager itself was killed. (A
// worker may well be followed by another one before it ends.)
func (r *Run) lost(next protocol.Event) {
	if next.From.Active == protocol.Inactive && r.EndedAt.IsZero() {
		r.EndedAt, r.Reason, r.Then = next.At, "its end was not seen", next.From
	}
}

// take adds what one event says of a run.
func (r *Run) take(e protocol.Event) {
	if e.PID > 0 && r.EndedAt.IsZero() {
		r.PID = e.PID
	}
	if e.To.Active == protocol.Active || e.To.Active == protocol.Reloading {
		if r.ReadyAt.IsZero() {
			r.ReadyAt = e.At
		}
		return
	}
	over := e.To.Active == protocol.Inactive || e.To.Active == protocol.Failed ||
		e.To.Sub == "auto-restart" || e.InvocationID != r.InvocationID
	if e.To.Active == protocol.Activating && !over {
		return
	}
	if e.Reason != "" {
		r.Reason = e.Reason
	}
	if e.Ended != "" {
		r.Ended, r.EndedAt = e.Ended, e.At
	}
	if over {
		r.Then = e.To
		if r.EndedAt.IsZero() {
			r.EndedAt = e.At
		}
	}
}

// History draws runs, one line each: since when, for how long, how it ended, what followed.
func History(runs []*Run, style Style) string {
	var b strings.Builder
	for _, r := range runs {
		line := style.moment(r.StartedAt) + "  "
		if r.Worker > 0 {
			line += pad(WorkerName(r.Unit, r.Worker), historyWorker, false) + "  "
		}
		line += pad(r.lasted(style), historyLasted, false) + "  " + r.end()
		fmt.Fprintln(&b, style.wrap(strings.TrimRight(line, " "), eventIndent))
	}
	return b.String()
}

// Columns of the history.
const (
	historyWorker = 8
	historyLasted = 10
)

func (r *Run) lasted(style Style) string {
	switch {
	case !r.EndedAt.IsZero():
		return "ran " + length(r.EndedAt.Sub(r.StartedAt))
	case r.ReadyAt.IsZero():
		return "starts"
	}
	return "runs " + Duration(style.Now.Sub(r.StartedAt))
}

// end says how a run ended and what followed.
func (r *Run) end() string {
	var words []string
	if r.EndedAt.IsZero() {
		if r.PID > 0 {
			words = append(words, fmt.Sprintf("pid %d", r.PID))
		}
		return strings.Join(words, " ")
	}
	why := Plain(r.Reason)
	if r.Ended != "" && r.Ended != "exit" && r.Ended != "stop" {
		why = r.Ended + ": " + why
	}
	words = append(words, strings.TrimSuffix(why, ": "))
	switch {
	case r.Then == nil:
	case !r.NextAt.IsZero():
		words = append(words, "started again "+after(r.NextAt.Sub(r.EndedAt)))
	case r.Then.Active == protocol.Failed:
		words = append(words, State(r.Then.Active, r.Then.Sub))
	case r.Then.Active == protocol.Activating:
		words = append(words, "to be started again")
	}
	return strings.Join(words, "; ")
}

func after(d time.Duration) string {
	if d < 100*time.Millisecond {
		return "at once"
	}
	return "after " + length(d)
}

// length writes how long something took, short times too.
func length(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return Duration(d)
}

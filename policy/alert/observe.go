package alert

import (
	"slices"
	"time"

	"unitd/policy/lifecycle"
	"unitd/policy/restart"
	"unitd/units"
)

// Observation is where a unit stands, or how a run of a pipeline has ended. To be told the same again does no harm: what
// counts is what has changed since the one before.
type Observation struct {
	At     time.Time // by the clock of the host
	Active string    // systemd's ActiveState and SubState, as docs/behaviour.md lists them
	Sub    string
	Ended  units.Reason // for which a run of its program ended with this; "": none did
	Reason string       // in words
	Run    *Run         // of a pipeline, that has ended with this; nil: none
}

// Run is the end of a run of a pipeline.
type Run struct {
	ID     int
	Commit string // that it was about; "": it had no git step
	Result Result
}

// Result is what came of a run.
type Result string

// The results that somebody is told; those of runs that people gave up or replaced by others are none of them.
const (
	Deployed       Result = "deployed"        // its release is in force
	RolledBack     Result = "rolled-back"     // it failed, and what it had done was undone; or a run before it was undone as somebody wished
	RunFailed      Result = "failed"          // it failed, and nothing was undone
	RollbackFailed Result = "rollback-failed" // it failed, and not all that it had done could be undone
)

// Standing is what of a unit's state counts for alerts.
type Standing string

// The standings.
const (
	Unknown Standing = ""       // on its way up or down, or stopped
	Well    Standing = "well"   // it is active, or a run of it has ended well
	Failed  Standing = "failed" // it has failed, and is not started again by itself
)

// standing is that of an observation.
func (o Observation) standing(def *units.Unit) Standing {
	switch o.Active {
	case lifecycle.Failed.ActiveState(), lifecycle.Abandoned.ActiveState():
		return Failed
	case lifecycle.Active.ActiveState(), lifecycle.Reloading.ActiveState():
		return Well
	case lifecycle.Inactive.ActiveState():
		if finishes(def) && o.Ended != "" && o.Ended != units.ReasonStop && restart.Succeeded(o.Ended, true) {
			return Well
		}
	}
	return Unknown
}

// finishes reports a unit that is inactive when its work is done.
func finishes(def *units.Unit) bool {
	p := def.Process()
	return p != nil && p.Type == units.TypeOneshot && !p.Remain
}

// news is what an observation may be told as, the first that somebody wants to be told of.
type news struct {
	kinds []units.AlertKind
	item  Item
}

// Item is one thing that has happened.
type Item struct {
	Kind   units.AlertKind `json:"kind"`
	At     time.Time       `json:"at"`
	State  string          `json:"state"` // "failed (start-limit)"
	Reason string          `json:"reason"`
	Run    int             `json:"run,omitempty"`
	Commit string          `json:"commit,omitempty"`
}

// Message is one alert to be sent.
type Message struct {
	Unit  units.ID `json:"unit"`
	Alert string   `json:"alert"` // name of the block
	Item
	// LeftOut is how many were held back since the last one and never sent.
	LeftOut int `json:"left_out,omitempty"`
}

// Observe notes where a unit stands and gives the messages that follow.
func (m *Memory) Observe(def *units.Unit, o Observation) []Message {
	m.keep(def)
	n, any := m.news(def, o)
	var out []Message
	for _, a := range def.Alerts {
		t := m.told(a.Name)
		if m.Standing == Unknown && o.Active == lifecycle.Inactive.ActiveState() && def.Pipeline == nil {
			t.drop(units.AlertFailed) // somebody has seen to it
			if !finishes(def) {
				t.drop(units.AlertRecovered)
			}
		}
		if !any {
			continue
		}
		if item, left, now := t.offer(a, n); now {
			out = append(out, Message{Unit: def.ID, Alert: a.Name, Item: item, LeftOut: left})
		}
	}
	return out
}

// news says what is new in an observation.
func (m *Memory) news(def *units.Unit, o Observation) (n news, any bool) {
	n.item = Item{At: o.At, State: o.Active + " (" + o.Sub + ")", Reason: bounded(o.Reason)}
	if def.Pipeline != nil {
		return m.newsOfRun(n, o)
	}
	before, failedAt := m.Standing, m.FailedAt
	m.Standing = o.standing(def)
	switch {
	case m.Standing == Failed && before != Failed:
		m.FailedAt = o.At
		n.kinds = []units.AlertKind{units.AlertFailed}
	case m.Standing == Well && before != Well:
		m.FailedAt = time.Time{}
		n.kinds = []units.AlertKind{units.AlertRecovered}
		if !failedAt.IsZero() {
			n.item.Reason = wellAgain(def, o.At.Sub(failedAt))
		}
	default:
		return n, false
	}
	return n, true
}

// newsOfRun is news for a pipeline, of which the ends of runs count, and not where it stands.
func (m *Memory) newsOfRun(n news, o Observation) (news, bool) {
	if o.Run == nil || o.Run.ID <= m.Run { // it was told
		return n, false
	}
	m.Run = o.Run.ID
	n.item.Run, n.item.Commit, n.item.State = o.Run.ID, o.Run.Commit, string(o.Run.Result)
	switch o.Run.Result {
	case Deployed:
		n.kinds = []units.AlertKind{units.AlertDeployed, units.AlertRecovered}
	case RolledBack:
		n.kinds = []units.AlertKind{units.AlertRolledBack, units.AlertFailed}
	case RunFailed, RollbackFailed:
		n.kinds = []units.AlertKind{units.AlertFailed}
	default:
		return n, false
	}
	return n, true
}

// Expire gives the messages that were held back and whose time has come.
func (m *Memory) Expire(def *units.Unit, now time.Time) []Message {
	m.keep(def)
	var out []Message
	for _, a := range def.Alerts {
		t := m.told(a.Name)
		if t.Held == nil || now.Before(t.Due) {
			continue
		}
		item := *t.Held
		left := t.sent(item.Kind, now)
		out = append(out, Message{Unit: def.ID, Alert: a.Name, Item: item, LeftOut: left})
	}
	return out
}

// Deadline is when Expire has something to do; zero: never.
func (m *Memory) Deadline() time.Time {
	var first time.Time
	for _, t := range m.Alerts {
		if t.Held != nil && (first.IsZero() || t.Due.Before(first)) {
			first = t.Due
		}
	}
	return first
}

// keep forgets alerts that the unit no longer has.
func (m *Memory) keep(def *units.Unit) {
	for name := range m.Alerts {
		if !slices.ContainsFunc(def.Alerts, func(a units.Alert) bool { return a.Name == name }) {
			delete(m.Alerts, name)
		}
	}
}

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
	// InARow is how often it has failed in a row and is to be started again; of a pool without a ready worker, each of its
	// workers. 0: it has not, or is not.
	InARow int
	// Run is the run of a pipeline that has ended with this; nil: none has.
	Run *lifecycle.PipelineRun
	// Past says that it may be long ago: the manager has just begun to look.
	Past bool
}

// Standing is what of a unit's state counts for alerts.
type Standing string

// The standings.
const (
	Unknown Standing = ""        // on its way up or down, or stopped
	Well    Standing = "well"    // it is active, or a run of it has ended well
	Failed  Standing = "failed"  // it has failed, and is not started again by itself
	Failing Standing = "failing" // it fails time and again, and is started again each time
)

// Tries is after how many failures in a row a unit counts as failing. By then systemd would have given it up
// (systemd.unit(5), StartLimitBurst=); unitd goes on trying, unless a unit file says otherwise, and people are to know.
const Tries = 5

// standing is that of an observation.
func (o Observation) standing(def *units.Unit) Standing {
	switch o.Active {
	case lifecycle.Failed.ActiveState(), lifecycle.Abandoned.ActiveState():
		return Failed
	case lifecycle.Active.ActiveState(), lifecycle.Reloading.ActiveState():
		return Well
	case lifecycle.Backoff.ActiveState():
		if o.InARow >= Tries && !finishes(def) { // what finishes is not tried for ever
			return Failing
		}
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
	before, now := m.Standing, o.standing(def)
	if before == Failing && (now == Well || now == Unknown && o.Active != lifecycle.Inactive.ActiveState()) {
		// It may be up for a moment only: its row of failures ends when it has run for long enough.
		switch {
		case now != Well:
			m.WellAt = time.Time{}
		case m.WellAt.IsZero():
			m.WellAt = o.At.Add(resetAfter(def))
		}
		return n, false
	}
	m.Standing, m.WellAt = now, time.Time{}
	switch {
	case now == Failed && before != Failed, now == Failing && before != Failing:
		if before != Failing {
			m.FailedAt = o.At
		}
		n.kinds = []units.AlertKind{units.AlertFailed}
	case now == Well && before != Well:
		n = m.recovered(def, n)
	default:
		return n, false
	}
	return n, true
}

// recovered is the news that a unit is well again.
func (m *Memory) recovered(def *units.Unit, n news) news {
	m.Standing = Well
	n.kinds = []units.AlertKind{units.AlertRecovered}
	if !m.FailedAt.IsZero() {
		n.item.Reason = wellAgain(def, n.item.At.Sub(m.FailedAt))
	}
	m.FailedAt, m.WellAt = time.Time{}, time.Time{}
	return n
}

// resetAfter is how long it has to run for its row of failures to end.
func resetAfter(def *units.Unit) time.Duration {
	if p := def.Process(); p != nil {
		return p.Restart.ResetAfter
	}
	if def.Group != nil {
		return def.Group.Restart.ResetAfter
	}
	return 0
}

// newsOfRun is news for a pipeline, of which the ends of runs count, and not where it stands.
func (m *Memory) newsOfRun(n news, o Observation) (news, bool) {
	r := o.Run
	if r == nil || r.ID <= m.Run { // it was told
		return n, false
	}
	if n.kinds = kindsOf(*r); n.kinds == nil {
		return n, false
	}
	first := m.Run == 0
	m.Run = r.ID
	n.item.Run, n.item.Commit, n.item.State, n.item.Reason = r.ID, r.Checked, r.Result, bounded(r.Why)
	return n, !first || !o.Past // runs of before there were alerts are no news
}

// IsNews reports a run whose end somebody may be told of. Runs that people have given up, or replaced by newer ones, are no
// news to them.
func IsNews(r lifecycle.PipelineRun) bool { return kindsOf(r) != nil }

// kindsOf are the kinds that the end of a run may be told as.
func kindsOf(r lifecycle.PipelineRun) []units.AlertKind {
	switch {
	case r.Result == lifecycle.RunOK && r.Rollback:
		return []units.AlertKind{units.AlertRolledBack}
	case r.Result == lifecycle.RunOK:
		return []units.AlertKind{units.AlertDeployed, units.AlertRecovered}
	case r.Result == lifecycle.RunRolledBack:
		return []units.AlertKind{units.AlertRolledBack, units.AlertFailed}
	case r.Result == lifecycle.RunFailed, r.Result == lifecycle.RunRollbackFailed, r.Result == lifecycle.RunInterrupted:
		return []units.AlertKind{units.AlertFailed}
	}
	return nil
}

// Expire gives the messages that were held back and whose time has come.
func (m *Memory) Expire(def *units.Unit, now time.Time) []Message {
	m.keep(def)
	out := m.endRow(def, now)
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

// endRow tells that a unit which kept failing has run for long enough.
func (m *Memory) endRow(def *units.Unit, now time.Time) (out []Message) {
	if m.WellAt.IsZero() || now.Before(m.WellAt) {
		return nil
	}
	n := m.recovered(def, news{item: Item{At: now, State: "active (running)"}})
	for _, a := range def.Alerts {
		if item, left, sent := m.told(a.Name).offer(a, n); sent {
			out = append(out, Message{Unit: def.ID, Alert: a.Name, Item: item, LeftOut: left})
		}
	}
	return out
}

// Deadline is when Expire has something to do; zero: never.
func (m *Memory) Deadline() time.Time {
	first := m.WellAt
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

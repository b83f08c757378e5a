package alert

import (
	"maps"
	"slices"
	"time"

	"unitd/units"
)

// Memory is what is remembered of one unit. The zero value is that of a unit of which nothing is known. It grows with the
// number of the unit's alerts, and with nothing else.
type Memory struct {
	Standing Standing  `json:"standing,omitempty"`
	FailedAt time.Time `json:"failed_at,omitzero"`
	WellAt   time.Time `json:"well_at,omitzero"` // when one that kept failing counts as well, should it run until then
	Run      int       `json:"run,omitempty"`    // the last run of a pipeline that was looked at
	// Alerts are what each alert of the unit has told, by its name.
	Alerts map[string]*Told `json:"alerts,omitempty"`
}

// Told is what one alert has told of one unit.
type Told struct {
	// Failed says that the last that was told is a failure, so that its end is told too. A failure that nobody wants to be
	// told of counts as told.
	Failed bool `json:"failed,omitempty"`
	// Last is when the last message of each kind was sent.
	Last map[units.AlertKind]time.Time `json:"last,omitempty"`
	// Held waits until Due, since there was one of its kind a short while ago. It is always the newest that has happened.
	Held *Item     `json:"held,omitempty"`
	Due  time.Time `json:"due,omitzero"`
	// LeftOut counts what was held and then never sent, since the last message.
	LeftOut int `json:"left_out,omitempty"`
}

// Clone is a copy that shares nothing.
func (m *Memory) Clone() *Memory {
	c := *m
	c.Alerts = map[string]*Told{}
	for name, t := range m.Alerts {
		told := *t
		told.Last = maps.Clone(t.Last)
		if t.Held != nil {
			held := *t.Held
			told.Held = &held
		}
		c.Alerts[name] = &told
	}
	return &c
}

func (m *Memory) told(alert string) *Told {
	if m.Alerts == nil {
		m.Alerts = map[string]*Told{}
	}
	if m.Alerts[alert] == nil {
		m.Alerts[alert] = &Told{}
	}
	return m.Alerts[alert]
}

// Empty reports that there is nothing to remember.
func (m *Memory) Empty() bool {
	for _, t := range m.Alerts {
		if t.Failed || t.Held != nil || t.LeftOut > 0 || len(t.Last) > 0 {
			return false
		}
	}
	return m.Run == 0 && m.Standing != Failed && m.Standing != Failing
}

// offer decides what becomes of news: it is sent now, held back, or told nobody.
func (t *Told) offer(a units.Alert, n news) (item Item, left int, now bool) {
	kind := t.wanted(a, n.kinds)
	bad := slices.Contains(n.kinds, units.AlertFailed)
	if kind == "" {
		switch {
		case bad:
			t.Failed = true
		default:
			t.drop(units.AlertFailed) // that one is over, and was not told
		}
		return item, 0, false
	}
	n.item.Kind = kind
	last, sent := t.Last[kind]
	due := last.Add(a.Interval)
	// A clock that was set back must not hold anything for longer than the interval.
	if at := n.item.At; sent && at.Before(due) && !at.Before(last) {
		if t.Held != nil {
			t.LeftOut++
		}
		t.Held, t.Due = &n.item, due
		return item, 0, false
	}
	if t.Held != nil {
		t.LeftOut++
	}
	return n.item, t.sent(kind, n.item.At), true
}

// wanted is the first of some kinds that the alert is for. That something has recovered is told who was told that it had
// failed.
func (t *Told) wanted(a units.Alert, kinds []units.AlertKind) units.AlertKind {
	for _, kind := range kinds {
		if kind == units.AlertRecovered && !t.Failed {
			continue
		}
		if slices.Contains(a.On, kind) {
			return kind
		}
	}
	return ""
}

// sent notes that a message is sent, and gives how many were left out before it.
func (t *Told) sent(kind units.AlertKind, at time.Time) (left int) {
	if t.Last == nil {
		t.Last = map[units.AlertKind]time.Time{}
	}
	t.Last[kind] = at
	switch kind {
	case units.AlertFailed, units.AlertRolledBack:
		t.Failed = true
	case units.AlertRecovered, units.AlertDeployed:
		t.Failed = false
	}
	left, t.LeftOut, t.Held, t.Due = t.LeftOut, 0, nil, time.Time{}
	return left
}

// drop gives up what is held, if it is of that kind.
func (t *Told) drop(kind units.AlertKind) {
	if t.Held != nil && t.Held.Kind == kind {
		t.Held, t.Due = nil, time.Time{}
		t.LeftOut++
	}
}

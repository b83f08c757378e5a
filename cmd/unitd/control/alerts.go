package control

import (
	"context"
	"strings"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/units"
)

// alertsOf lists the alerts that speak for a unit, and what came of their last messages.
func (m *Manager) alertsOf(def *units.Unit) []protocol.AlertStatus {
	if len(def.Alerts) == 0 {
		return nil
	}
	results := m.Alerts.Results(def.ID)
	var list []protocol.AlertStatus
	for _, a := range def.Alerts {
		status := protocol.AlertStatus{Name: a.Name, From: string(a.From), By: a.By(), On: []string{}}
		for _, kind := range a.On {
			status.On = append(status.On, string(kind))
		}
		if result, told := results[a.Name]; told {
			status.LastEvent, status.LastAt, status.LastError = string(result.Event), result.At, result.Error
		}
		list = append(list, status)
	}
	return list
}

// noteAlerts adds the alerts of a unit, and says which could not be told last.
func (m *Manager) noteAlerts(s *sketch) {
	s.status.Alerts = m.alertsOf(s.def)
	for _, a := range s.status.Alerts {
		if a.LastError != "" {
			s.status.Note = strings.TrimPrefix(s.status.Note+"; alert "+a.Name+" reached nobody: "+a.LastError, "; ")
		}
	}
}

// TestAlerts tells a sample by alerts of a unit.
func (m *Manager) TestAlerts(ctx context.Context, unit string, request protocol.AlertTestRequest) ([]protocol.AlertTest, error) {
	var def *units.Unit
	err := m.one(ctx, unit, func(model *engine.Model, found ipc.Name) error {
		def = model.Definition(found.ID)
		return nil
	})
	if err != nil {
		return nil, err
	}
	blocks := def.Alerts
	if request.Alert != "" {
		a, ok := def.Alert(request.Alert)
		if !ok {
			return nil, protocol.BadRequest("%s has no alert %q", def.ID, request.Alert)
		}
		blocks = []units.Alert{a}
	}
	if len(blocks) == 0 {
		return nil, protocol.BadRequest("%s has no alert: write alert \"NAME\" { … } into it, or into a supervisor above it", def.ID)
	}
	var list []protocol.AlertTest
	for _, trial := range m.Alerts.Try(ctx, def, blocks) {
		test := protocol.AlertTest{Unit: string(def.ID), Alert: trial.Alert, OK: trial.Err == nil, TookMS: trial.Took.Milliseconds(), Output: trial.Said}
		if trial.Err != nil {
			test.Error = trial.Err.Error()
		}
		list = append(list, test)
	}
	return list, nil
}

package control

import (
	"context"
	"strings"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/units"
)

// Show lists a unit's attributes as they are in force.
func (m *Manager) Show(ctx context.Context, name string) (protocol.ShowDocument, error) {
	var document protocol.ShowDocument
	var s sketch
	err := m.one(ctx, name, func(model *engine.Model, found ipc.Name) error {
		document.ID = string(found.ID)
		for _, a := range units.Attributes(model.Definition(found.ID)) {
			document.Attributes = append(document.Attributes, protocol.Attribute{Name: a.Name, Value: a.Value, Sensitive: a.Sensitive})
		}
		document.Alerts = m.alertsOf(model.Definition(found.ID))
		s = sketchOf(model, found.ID)
		return nil
	})
	if err != nil || s.program == nil {
		return document, err
	}
	verdict := m.verdict(&s)
	for i, a := range document.Attributes {
		document.Attributes[i].Note = verdict.Lacks(strings.TrimPrefix(a.Name, "sandbox."))
	}
	return document, nil
}

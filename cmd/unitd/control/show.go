package control

import (
	"context"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/units"
)

// Show lists a unit's attributes as they are in force.
func (m *Manager) Show(ctx context.Context, name string) (protocol.ShowDocument, error) {
	var document protocol.ShowDocument
	err := m.one(ctx, name, func(model *engine.Model, found ipc.Name) error {
		document.ID = string(found.ID)
		for _, a := range units.Attributes(model.Definition(found.ID)) {
			document.Attributes = append(document.Attributes, protocol.Attribute(a))
		}
		return nil
	})
	return document, err
}

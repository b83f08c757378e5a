package control

import (
	"context"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/runtime/engine"
	"unitd/units"
)

// Dependencies gives the graph of all units.
func (m *Manager) Dependencies(ctx context.Context, names []string) (protocol.DependencyGraph, error) {
	var graph protocol.DependencyGraph
	err := m.look(ctx, names, func(model *engine.Model, found []ipc.Name) error {
		for _, id := range ids(found) {
			graph.Roots = append(graph.Roots, string(id))
		}
		for _, id := range model.IDs() {
			graph.Units = append(graph.Units, dependencies(model, id))
		}
		return nil
	})
	return graph, err
}

func dependencies(model *engine.Model, id units.ID) protocol.Dependencies {
	g, u := model.Set().Graph(), model.Unit(id)
	return protocol.Dependencies{
		ID: string(id), Active: u.Phase().ActiveState(), Sub: u.Sub(),
		Supervisor: string(model.Definition(id).Supervisor), Members: texts(g.Members(id)),
		Requires: texts(g.Requires(id)), Wants: texts(g.Wants(id)), BindsTo: texts(g.BindsTo(id)),
		PartOf: texts(model.Definition(id).PartOf), After: texts(g.After(id)), Before: texts(g.Before(id)),
		Conflicts: texts(g.Conflicts(id)), RequiredBy: texts(g.RequiredBy(id)), WantedBy: texts(g.WantedBy(id)),
		BoundBy: texts(g.BoundBy(id)), Parts: texts(g.Parts(id)),
	}
}

func texts(ids []units.ID) []string {
	var list []string
	for _, id := range ids {
		list = append(list, string(id))
	}
	return list
}

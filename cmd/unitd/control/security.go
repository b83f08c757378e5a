package control

import (
	"context"
	"math"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/exposure"
	"unitd/runtime/engine"
)

// Security says how exposed units are. Those that run no program are left out, unless they are named.
func (m *Manager) Security(ctx context.Context, names []string) ([]protocol.Security, error) {
	var found []sketch
	err := m.look(ctx, names, func(model *engine.Model, list []ipc.Name) error {
		for _, id := range ids(list) {
			s := sketchOf(model, id)
			switch {
			case s.program != nil:
				found = append(found, s)
			case len(names) > 0:
				return protocol.BadRequest("%s runs no program itself, so there is nothing to assess", id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	answers := make([]protocol.Security, 0, len(found))
	for _, s := range found {
		answers = append(answers, security(s.status.ID, exposure.Assess(s.program, m.verdict(&s))))
	}
	return answers, nil
}

func security(id string, a exposure.Assessment) protocol.Security {
	s := protocol.Security{ID: id, Exposure: a.Exposure, Level: a.Level}
	for _, c := range a.Checks {
		s.Checks = append(s.Checks, protocol.SecurityCheck{
			Name: c.Name, Description: c.Description, OK: c.OK(), Weight: c.Weight, Badness: c.Badness, Exposure: math.Round(100*c.Exposure) / 100, Note: c.Lacks,
		})
	}
	return s
}

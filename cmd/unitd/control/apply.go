package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"unitd/ipc/protocol"
	"unitd/policy/lifecycle"
	"unitd/runtime/engine"
	"unitd/units"
)

// Plan compares the unit files with what is in force.
func (m *Manager) Plan(ctx context.Context) (protocol.Plan, error) {
	set, warnings, err := m.Load()
	if err != nil {
		return protocol.Plan{}, protocol.InvalidFiles(err.Error())
	}
	var plan protocol.Plan
	err = m.Engine.Call(ctx, func(model *engine.Model) {
		plan = planOf(model, model.Plan(set), set)
		plan.Consequences = consequencesOf(model, set)
	})
	plan.Warnings = warnings
	return plan, err
}

// planOf says in words what changes do; next is what the files have.
func planOf(model *engine.Model, changes []units.Change, next *units.Set) protocol.Plan {
	plan := protocol.Plan{Changes: []protocol.Change{}}
	if own, ok := units.DiffManager(model.Set().Manager, next.Manager); ok {
		changes = append([]units.Change{own}, changes...)
	}
	for _, c := range changes {
		change := protocol.Change{Unit: string(c.ID), Action: string(c.Verdict), Reason: joined(c.Reason, leftAlone(model, c, next))}
		for _, a := range c.Attributes {
			change.Attributes = append(change.Attributes, protocol.AttributeChange(a))
		}
		plan.Changes = append(plan.Changes, change)
	}
	overrides := model.Overrides()
	for _, id := range model.IDs() {
		def := model.Definition(id)
		if enabled, ok := overrides.Enabled[id]; ok {
			plan.Overrides = append(plan.Overrides, protocol.Override{
				Unit: string(id), Attribute: "enabled",
				Value: strconv.FormatBool(enabled), Configured: strconv.FormatBool(def.Enabled),
			})
		}
		if overrides.Maintenance[id] {
			plan.Overrides = append(plan.Overrides, protocol.Override{
				Unit: string(id), Attribute: "maintenance", Value: "on", Configured: "off",
			})
		}
		if workers, ok := overrides.Workers[id]; ok && def.Pool != nil {
			plan.Overrides = append(plan.Overrides, protocol.Override{
				Unit: string(id), Attribute: "workers",
				Value: strconv.Itoa(workers), Configured: strconv.Itoa(def.Pool.Workers),
			})
		}
	}
	return plan
}

// consequencesOf is what applying set brings about in units that do not change.
func consequencesOf(model *engine.Model, set *units.Set) []protocol.Consequence {
	var list []protocol.Consequence
	for _, c := range model.Consequences(set) {
		list = append(list, protocol.Consequence{Unit: string(c.Unit), Verb: string(c.Kind), Reason: c.Because.String()})
	}
	return list
}

// leftAlone says of a change that starts or restarts nothing why that is; "": it does.
func leftAlone(model *engine.Model, c units.Change, next *units.Set) string {
	switch c.Verdict {
	case units.Added:
		if def := next.Units[c.ID]; def != nil && !def.Enabled {
			return "not enabled, so not started"
		}
	case units.Restarted, units.Replaced, units.Rolled, units.Reloaded:
		switch u := model.Unit(c.ID); {
		case u == nil:
		case u.Phase() == lifecycle.Failed:
			return "stays failed until it is started"
		case u.Phase().Down():
			return "stays stopped"
		case u.Finished():
			return "has finished, does not run again"
		}
	}
	return ""
}

// isContents reports a change that what starts takes up by itself: it reads these files anew.
func isContents(change protocol.Change) bool {
	return len(change.Attributes) > 0 && !slices.ContainsFunc(change.Attributes, func(a protocol.AttributeChange) bool {
		read := a.Name == "env_file" || strings.HasPrefix(a.Name, "secret.")
		return !read || a.Old != "" || a.New != ""
	})
}

func joined(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), "; ")
}

// Apply loads the unit files and begins the transaction that the plan says.
func (m *Manager) Apply(ctx context.Context, request protocol.ApplyRequest) (protocol.ApplyResult, error) {
	result, _, err := m.apply(ctx, request)
	return result, err
}

// apply is Apply that also gives the transaction; 0: no process is touched.
func (m *Manager) apply(ctx context.Context, request protocol.ApplyRequest) (result protocol.ApplyResult, transaction uint64, err error) {
	m.applying.Lock()
	defer m.applying.Unlock()
	set, warnings, err := m.Load()
	if err != nil {
		return result, 0, protocol.InvalidFiles(err.Error())
	}
	commit, undo, err := m.Sockets(set)
	if err != nil {
		return result, 0, protocol.Conflict("%v", err)
	}
	var failure error
	err = m.Engine.Call(ctx, func(model *engine.Model) {
		before := planOf(model, nil, set)
		if !request.NoRestart {
			before.Consequences = consequencesOf(model, set)
		}
		changes, tx, err := model.Apply(set, request.NoRestart)
		if err != nil {
			failure = protocol.Conflict("%v", err)
			return
		}
		result.Plan = planOf(model, changes, set)
		result.Plan.Changes = append(before.Changes, result.Plan.Changes...)
		result.Plan.Consequences = before.Consequences
		var pools []awaited
		if !request.NoRestart {
			pools = scaledPools(changes)
		}
		switch {
		case tx.ID != 0:
			transaction = tx.ID
			m.remember(tx.ID, jobMeta{verb: "apply", createdAt: time.Now(), awaits: pools})
			status := m.jobStatus(model, tx.ID)
			result.Job = &status
		case len(pools) > 0:
			status := m.await(model, "apply", pools)
			result.Job = &status
		}
	})
	if err := cmp.Or(err, failure); err != nil {
		undo()
		return protocol.ApplyResult{}, 0, err
	}
	commit()
	result.Plan.Warnings = warnings
	m.Applied(set)
	return result, transaction, m.KeepLogs(ctx)
}

// scaledPools are the pools whose size changes.
func scaledPools(changes []units.Change) []awaited {
	var pools []awaited
	for _, c := range changes {
		if c.Verdict == units.Scaled {
			pools = append(pools, awaited{c.ID, scaled(c.ID)})
		}
	}
	return pools
}

// ApplyFiles is Apply for a signal, and for a step of a pipeline, to which no plan can be shown. It gives the transaction that
// follows; 0: none does.
func (m *Manager) ApplyFiles(ctx context.Context) (transaction uint64, err error) {
	_, transaction, err = m.apply(ctx, protocol.ApplyRequest{})
	if problem := (*protocol.Problem)(nil); errors.As(err, &problem) && problem.Diagnostics != "" {
		return 0, fmt.Errorf("%w:\n%s", err, problem.Diagnostics)
	}
	return transaction, err
}

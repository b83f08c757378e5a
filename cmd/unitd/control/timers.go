package control

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"unitd/ipc"
	"unitd/ipc/protocol"
	"unitd/policy/lifecycle"
	"unitd/policy/schedule"
	"unitd/runtime/engine"
	"unitd/units"
)

// Timers says when jobs run, those that run next first.
func (m *Manager) Timers(ctx context.Context, names []string) ([]protocol.Timer, error) {
	list := []protocol.Timer{}
	err := m.look(ctx, names, func(model *engine.Model, found []ipc.Name) error {
		for _, id := range ids(found) {
			u, def := model.Unit(id), model.Definition(id)
			switch {
			case u.Timer != nil:
				list = append(list, timer(model, u, def.Job))
			case len(names) > 0 && !slices.ContainsFunc(names, func(name string) bool { return strings.ContainsAny(name, "*?") }):
				return protocol.BadRequest("%s is no job, so nothing says when it runs", id)
			}
		}
		return nil
	})
	slices.SortStableFunc(list, func(a, b protocol.Timer) int {
		if a.Next.IsZero() != b.Next.IsZero() {
			if a.Next.IsZero() {
				return 1
			}
			return -1
		}
		return cmp.Or(a.Next.Compare(b.Next), cmp.Compare(a.ID, b.ID))
	})
	return list, err
}

func timer(model *engine.Model, u *lifecycle.Unit, def *units.Job) protocol.Timer {
	t, zone := u.Timer, schedule.Of(def).Zone()
	shown := protocol.Timer{
		ID: string(u.ID), Schedule: def.Schedule, Timezone: def.Timezone, Enabled: model.Enabled(u.ID), Queued: t.Queued, Note: t.Note,
		Running: jobRun(t.Run, zone), Last: jobRun(t.Last, zone),
	}
	if def.Every > 0 {
		shown.Every = units.FormatDuration(def.Every)
	}
	if !t.At.IsZero() {
		shown.Next = t.At.Time().In(zone)
	}
	if r := shown.Running; r != nil {
		r.Duration, r.Attempts, r.InvocationID = time.Since(t.From).Milliseconds(), u.Process.Restarts+1, u.Process.Invocation
	}
	return shown
}

func jobRun(r *lifecycle.JobRun, zone *time.Location) *protocol.JobRun {
	if r == nil {
		return nil
	}
	shown := &protocol.JobRun{
		By: r.By, Started: r.Began.Time().In(zone), Duration: r.Took.Milliseconds(),
		Attempts: r.Attempts, Result: r.Result, Reason: r.Why, InvocationID: r.Invocation,
	}
	if !r.Ended.IsZero() {
		shown.Ended = r.Ended.Time().In(zone)
	}
	return shown
}

// schedulesGoOn warns who stops a job of what that does not stop.
func schedulesGoOn(model *engine.Model, list []units.ID) (warnings []string) {
	for _, id := range list {
		if u := model.Unit(id); u != nil && u.Timer != nil && u.Timer.On {
			warnings = append(warnings, string(id)+": a stop ends its run, not its schedule: for that there is unitctl disable")
		}
	}
	return warnings
}

// job adds to the status of a job what its timer knows.
func (s *sketch) job(u *lifecycle.Unit, def *units.Job) {
	words := u.Timer.Outlook(def, u.Process.Phase, time.Now())
	if s.status.Note != "" {
		words = append([]string{s.status.Note}, words...)
	}
	s.status.Note = strings.Join(words, "; ")
}

package lifecycle

import (
	"testing"
	"time"

	"unitd/policy/schedule"
	"unitd/units"
)

// TestQueuedRunMeetsTheNextTime has a run end, with another one queued behind it, in the step in which the next time comes,
// as for a manager that takes over late: one run follows, not two.
func TestQueuedRunMeetsTheNextTime(t *testing.T) {
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	j := &units.Job{Process: *defaults(), Every: 10 * time.Minute, Overlap: units.OverlapQueue, Zone: time.UTC}
	j.Restart.Policy = units.RestartNo
	p := &Process{Phase: Starting, At: StepPrepare, Deadline: now, StartBy: now}
	timer := &Timer{
		Memory: Memory{On: true, Rule: ruleOf(j), Done: schedule.Read(now.Add(-10 * time.Minute))},
		Due:    schedule.Read(now), At: schedule.Read(now), Deadline: now, Queued: true,
	}
	asked := 0
	for _, a := range timer.step(p, j, Event{Kind: Expired}, In{Now: now, Wall: now, Run: RunsPerStep, Invocation: "a"}) {
		if a.Do == StartSelf {
			asked++
		}
	}
	if !p.Phase.Down() || asked != 1 || timer.Asked == "" || timer.Queued {
		t.Errorf("it is %s, asked %d times, for %q, queued %v", p.Phase, asked, timer.Asked, timer.Queued)
	}
}

package schedule

import (
	"time"

	"unitd/units"
)

// Plan is when a job runs by itself: at the times of a cron expression, or every so long. Its zero value never comes.
type Plan struct {
	cron  *units.Cron
	every time.Duration
	zone  *time.Location
}

// Of is the plan of a job; one that only runs on demand has one that never comes.
func Of(j *units.Job) Plan {
	p := Plan{cron: j.Cron, every: j.Every, zone: j.Zone}
	if p.zone == nil {
		p.zone = time.UTC
	}
	return p
}

// GoesByTime reports a plan that names no times of the day: it goes by the time that passes.
func (p Plan) GoesByTime() bool { return p.every > 0 || p.cron != nil && p.cron.Hours == allHours }

// Zone is the zone in which people read its times.
func (p Plan) Zone() *time.Location { return p.zone }

// Next is the first time of the plan after the one given; zero: none comes. An interval counts from that one, which is
// therefore one of the plan's times, or the time from which it counts at all.
func (p Plan) Next(after time.Time) time.Time {
	after = after.Round(0) // what a clock shows; how long it runs counts for nothing here
	switch {
	case p.cron != nil:
		return cronNext(*p.cron, p.zone, after)
	case p.every > 0:
		return after.Add(p.every)
	}
	return time.Time{}
}

// Latest is the last time of the plan after the one given and not after until; zero: there is none.
func (p Plan) Latest(after, until time.Time) time.Time {
	after, until = after.Round(0), until.Round(0)
	if p.every > 0 {
		if passed := until.Sub(after); passed >= p.every {
			return after.Add(passed - passed%p.every)
		}
		return time.Time{}
	}
	for back := time.Hour; ; back *= 2 {
		from := until.Add(-back)
		if back <= 0 || !from.After(after) {
			from = after
		}
		last := time.Time{}
		for at := p.Next(from); !at.IsZero() && !at.After(until); at = p.Next(at) {
			last = at
		}
		if !last.IsZero() || from.Equal(after) {
			return last
		}
	}
}

// Delay is how much later than its time a run begins: up to jitter, as chance, in [0,1), has it, and always before the time
// of the next one.
func (p Plan) Delay(at time.Time, jitter time.Duration, chance float64) time.Duration {
	if jitter <= 0 {
		return 0
	}
	if next := p.Next(at); !next.IsZero() {
		jitter = min(jitter, next.Sub(at.Round(0)))
	}
	return time.Duration(chance * float64(jitter))
}

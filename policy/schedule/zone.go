package schedule

import "time"

// A wall is what a calendar and a clock on the wall show. It is kept as if it were UTC, in which all of them exist.

// wallOf is what the clocks of a zone show at an instant.
func wallOf(at time.Time, zone *time.Location) time.Time {
	_, offset := at.In(zone).Zone()
	return at.UTC().Add(time.Duration(offset) * time.Second)
}

// farthest is more than any zone is away from UTC.
const farthest = 36 * time.Hour

// first is the instant at which the clocks of a zone first show what the wall shows, or something later where they are put
// forward over it.
func first(wall time.Time, zone *time.Location) time.Time {
	at := wall.Add(-farthest).In(zone)
	for {
		_, offset := at.Zone()
		end := unchangedUntil(at)
		shown := wall.Add(-time.Duration(offset) * time.Second)
		switch {
		case shown.Before(at):
			return at.UTC() // put forward over it
		case end.IsZero() || shown.Before(end):
			return shown
		}
		at = end
	}
}

// unchangedUntil is until when the clocks of the instant's zone go as they do then, or some time before that; zero: for ever.
// Go counts 365 days of each year whose changes it computes from a rule (tzset in its zoneinfo.go), so that for the last day
// of a leap year it says that this has been over when the day began.
func unchangedUntil(at time.Time) time.Time {
	_, end := at.ZoneBounds()
	if !end.IsZero() && !end.After(at) {
		return at.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour).In(at.Location())
	}
	return end
}

package schedule

import (
	"math/bits"
	"time"

	"unitd/units"
)

// allHours are the bits of the hours 0 to 23.
const allHours = 1<<24 - 1

// horizon is how far a time is looked for, in years. 29 February on one certain weekday comes after 40 at the latest, since
// 2100, for one, has none.
const horizon = 48

// cronNext is the first time after an instant that a cron expression names; zero: there is none.
func cronNext(c units.Cron, zone *time.Location, after time.Time) time.Time {
	if c.Hours == allHours {
		return passing(c, zone, after)
	}
	return named(c, zone, after)
}

// named goes through the times of the day that the expression names, in the order of the calendar. That is the order of
// the instants at which they come, too (first), so that no day before the present one has any that is still to come.
func named(c units.Cron, zone *time.Location, after time.Time) time.Time {
	for day, ok := fitting(c, dateOf(wallOf(after, zone))); ok; day, ok = fitting(c, day.AddDate(0, 0, 1)) {
		for hours := c.Hours; hours != 0; hours &= hours - 1 {
			hour := day.Add(time.Duration(bits.TrailingZeros64(hours)) * time.Hour)
			for minutes := c.Minutes; minutes != 0; minutes &= minutes - 1 {
				wall := hour.Add(time.Duration(bits.TrailingZeros64(minutes)) * time.Minute)
				if at := first(wall, zone); at.After(after) {
					return at
				}
			}
		}
	}
	return time.Time{}
}

// passing goes through the minutes as they pass.
func passing(c units.Cron, zone *time.Location, after time.Time) time.Time {
	at := nextMinute(after, zone)
	last := wallOf(at, zone).Year() + horizon
	for {
		wall := wallOf(at, zone)
		switch {
		case wall.Year() > last:
			return time.Time{}
		case !fits(c, wall):
			day, ok := fitting(c, dateOf(wall).AddDate(0, 0, 1))
			if !ok {
				return time.Time{}
			}
			then := first(day, zone)
			// Where clocks are put back over midnight the day before may come again.
			if end := unchangedUntil(at.In(zone)); !end.IsZero() && end.Before(then) {
				then = end
			}
			at = then.UTC()
		case c.Minutes&(1<<wall.Minute()) != 0 && wall.Second() == 0:
			return at
		default:
			at = nextMinute(at, zone)
		}
	}
}

// nextMinute is when the clocks of the zone show the next whole minute, unless they are changed meanwhile.
func nextMinute(at time.Time, zone *time.Location) time.Time {
	wall := wallOf(at, zone)
	return at.UTC().Add(time.Minute - time.Duration(wall.Second())*time.Second - time.Duration(wall.Nanosecond()))
}

func dateOf(wall time.Time) time.Time {
	year, month, day := wall.Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// fitting is the first date from one on that fits the expression.
func fitting(c units.Cron, from time.Time) (date time.Time, ok bool) {
	last := from.Year() + horizon
	for date = from; date.Year() <= last; {
		switch {
		case c.Months&(1<<date.Month()) == 0:
			date = time.Date(date.Year(), date.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		case fits(c, date):
			return date, true
		default:
			date = date.AddDate(0, 0, 1)
		}
	}
	return time.Time{}, false
}

// fits reports a date that fits the expression.
func fits(c units.Cron, date time.Time) bool {
	day, weekday := c.Days&(1<<date.Day()) != 0, c.Weekdays&(1<<date.Weekday()) != 0
	if c.Months&(1<<date.Month()) == 0 {
		return false
	}
	if c.EitherDay {
		return day || weekday
	}
	return day && weekday
}

package retention

import "time"

// Bounds of Clock.
const (
	// Leap is by how much a clock may be set ahead without being doubted: time servers correct by less.
	Leap = time.Minute
	// Doubt is how long a clock that was set further ahead is not believed: whoever has set it by mistake may set it back.
	Doubt = time.Hour
)

// Clock tells whether a file is as old as the host's clock makes it. A clock that was set a year ahead would have all rotated
// files removed at once. The zero Clock is ready.
type Clock struct {
	wall     time.Time
	up       time.Duration
	believed time.Duration // from then on
}

// See takes what the clock says, and for how long the manager has been running, by what nobody can set.
func (c *Clock) See(wall time.Time, up time.Duration) {
	wall = wall.Round(0) // without what time.Time counts by beside it
	if ahead := wall.Sub(c.wall) - (up - c.up); !c.wall.IsZero() && ahead > Leap {
		c.believed = up + Doubt
	}
	c.wall, c.up = wall, up
}

// Believed tells whether the age of files counts.
func (c *Clock) Believed() bool { return c.up >= c.believed }

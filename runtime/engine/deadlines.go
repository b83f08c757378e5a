package engine

import (
	"container/heap"
	"time"

	"unitd/units"
)

// deadlines holds the deadline of every unit that has one, the earliest first.
type deadlines struct {
	list  []deadline
	index map[units.ID]int
}

type deadline struct {
	unit units.ID
	at   time.Time
}

// set enters, moves or removes (zero) the deadline of a unit.
func (d *deadlines) set(unit units.ID, at time.Time) {
	i, known := d.index[unit]
	switch {
	case at.IsZero() && known:
		heap.Remove(d, i)
	case at.IsZero():
	case known:
		if !d.list[i].at.Equal(at) {
			d.list[i].at = at
			heap.Fix(d, i)
		}
	default:
		heap.Push(d, deadline{unit, at})
	}
}

// first is the earliest deadline; zero: none.
func (d *deadlines) first() time.Time {
	if len(d.list) == 0 {
		return time.Time{}
	}
	return d.list[0].at
}

// due is a unit whose deadline has passed.
func (d *deadlines) due(now time.Time) (units.ID, bool) {
	if len(d.list) == 0 || d.list[0].at.After(now) {
		return "", false
	}
	return d.list[0].unit, true
}

// The methods of heap.Interface.

func (d *deadlines) Len() int           { return len(d.list) }
func (d *deadlines) Less(i, j int) bool { return d.list[i].at.Before(d.list[j].at) }
func (d *deadlines) Swap(i, j int) {
	d.list[i], d.list[j] = d.list[j], d.list[i]
	d.index[d.list[i].unit], d.index[d.list[j].unit] = i, j
}

// Push is for package heap.
func (d *deadlines) Push(x any) {
	entry := x.(deadline) //nolint:forcetypeassert // only set pushes
	d.index[entry.unit] = len(d.list)
	d.list = append(d.list, entry)
}

// Pop is for package heap.
func (d *deadlines) Pop() any {
	last := d.list[len(d.list)-1]
	d.list = d.list[:len(d.list)-1]
	delete(d.index, last.unit)
	return last
}

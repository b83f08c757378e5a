package engine

import (
	"reflect"
	"time"
)

// rebase moves all times of a state from the clock of the manager that has recorded it to that of this one. Between
// the two the time of day may have been set; the time since the boot of the host has just gone on. From then on they
// are times that no setting of the clock moves, as those of a living manager are.
//
// The two clocks are not read at one instant; by less than clockDrift nobody has set one.
const clockDrift = 500 * time.Millisecond

func (s *Saved) rebase(now time.Time, up time.Duration) {
	set := now.Round(0).Sub(s.At) - (up - s.Up)
	if set.Abs() < clockDrift {
		set = 0
	}
	walk(reflect.ValueOf(s), func(at time.Time) time.Time {
		if at.IsZero() {
			return at
		}
		return now.Add(at.Sub(now.Round(0)) + set)
	})
}

// epoch is what the clock says of when the host booted. It changes only when somebody sets the clock.
func (e *Engine) epoch() time.Time { return e.now().Round(0).Add(-e.config.Up()) }

// followClock sets right what the times of the state would be recorded as, when somebody has set the clock: each has a
// reading of that beside the one of a clock which nobody sets (package time), by which this manager goes, but only the
// former is recorded. All that was recorded before is to be recorded anew.
func (e *Engine) followClock() {
	epoch := e.epoch()
	if epoch.Sub(e.saving.epoch).Abs() < clockDrift {
		return
	}
	e.config.Logger.Info("the clock was set", "by", epoch.Sub(e.saving.epoch).Round(time.Millisecond))
	e.saving.epoch, e.saving.whole = epoch, true
	now := e.now()
	for _, state := range []any{e.units, &e.jobs, e.patience, e.causes, e.successions, &e.appliedAt} {
		walk(reflect.ValueOf(state), func(at time.Time) time.Time {
			if at.IsZero() {
				return at
			}
			return now.Add(at.Sub(now))
		})
	}
}

var timeType = reflect.TypeFor[time.Time]()

// walk replaces every time in what a value holds. Fields that are not exported hold none that were recorded.
func walk(v reflect.Value, f func(time.Time) time.Time) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			walk(v.Elem(), f)
		}
	case reflect.Struct:
		if v.Type() == timeType {
			if v.CanSet() {
				v.Set(reflect.ValueOf(f(v.Interface().(time.Time)))) //nolint:forcetypeassert // its type is that of times
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				walk(v.Field(i), f)
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			walk(v.Index(i), f)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			copied := reflect.New(v.Type().Elem()).Elem()
			copied.Set(v.MapIndex(key))
			walk(copied, f)
			v.SetMapIndex(key, copied)
		}
	}
}

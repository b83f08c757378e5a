package engine

import "time"

// The deadlines of a state count the time that passes while the host is awake, schedules go by what its clock shows. So as
// long as a schedule is in force the loop looks once a minute whether the two have come apart: the clock was set, or the host
// has slept. (The kernel would tell, by a timerfd; of descriptors there are few, and cron, too, looks once a minute.)

// clockWatch is that look.
type clockWatch struct {
	timer *time.Timer
	began time.Time // what the time that passes counts from
	apart time.Duration
	armed bool
}

const (
	clockPause = time.Minute
	// clockJump is how far the two come apart at once when the clock is set. What an NTP client does to the pace of the clock
	// concerns both.
	clockJump = time.Second
)

func newClockWatch(now time.Time) clockWatch {
	w := clockWatch{timer: time.NewTimer(time.Hour), began: now}
	w.timer.Stop()
	return w
}

// watchClock begins or ends the look at the clock.
func (e *Engine) watchClock() {
	on := false
	for _, u := range e.units {
		on = on || u.Timer != nil && u.Timer.On
	}
	switch {
	case on && !e.clock.armed:
		e.clock.apart = e.apart()
		e.clock.timer.Reset(clockPause)
	case !on:
		e.clock.timer.Stop()
	}
	e.clock.armed = on
}

// apart is by how much the clock is away from the time that has passed.
func (e *Engine) apart() time.Duration {
	return e.config.Wall().Round(0).Sub(e.clock.began.Round(0)) - e.now().Sub(e.clock.began)
}

// lookAtClock has schedules looked at anew if the clock has jumped.
func (e *Engine) lookAtClock() {
	e.clock.armed = false
	if jump := e.apart() - e.clock.apart; jump.Abs() >= clockJump {
		e.config.Logger.Info("the clock was set, or the host has slept: schedules are looked at anew", "by", jump.Round(time.Second))
		e.setTimers()
		e.changed = true
	}
	e.watchClock()
}

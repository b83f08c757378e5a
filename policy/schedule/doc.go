// Package schedule answers for when a job runs by itself: the times that a cron expression or an interval names, in the
// job's time zone.
//
// It follows cron(8) where the clocks of a zone change, which comes to two rules:
//
//   - A schedule that names hours names times of the day. Each counts once on each day: one that a day does not have, since
//     the clock is put forward over it, counts at the moment the clock is put forward; one that a day has twice counts the
//     first time.
//   - A schedule for all hours goes by the time that passes: "*/15 * * * *" goes on through the hour that comes twice.
//
// It is pure, and knows nothing of what became of a run: that is policy/lifecycle, which asks it for the next time.
//
// Start with Plan (plan.go); the calendar of a cron expression is in cron.go, clocks that change in zone.go.
package schedule

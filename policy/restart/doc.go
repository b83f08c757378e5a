// Package restart decides what follows when a process has ended: why it ended, whether and when it starts
// again, when to give up, and which other members of its supervisor go with it.
//
// It answers for BEHAVIOUR's "Why a process ended, and what follows" and for a supervisor's intensity and
// strategy. It does not start, stop or wait: it names a delay, and the lifecycle waits it out. Time and
// chance come from the caller.
//
// Start with Verdict (verdict.go). It uses Classify's reason (reason.go), the table of policies (policy.go),
// the delay (backoff.go) and the window of restarts (intensity.go). Whom a supervisor restarts is in
// strategy.go.
package restart

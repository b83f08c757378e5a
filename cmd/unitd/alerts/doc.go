// Package alerts brings together what decides about alerts (policy/alert), what sends them (runtime/alert, and programs by
// runtime/executor), and the file in which both are remembered, STATE/alerts.json.
//
// The engine tells it where units stand and never waits for it: [Alerts.Observe] decides and puts letters into the outbox.
// All that is left to be told is in the file before anybody is told it is over, so that a manager that is killed tells a
// thing twice rather than not at all.
//
// Begin with alerts.go.
package alerts

// Package protocol answers for what travels over the control socket: the JSON documents of /v1 and the
// problems that stand for errors. It is values only; who sends them is in ipc/server and ipc/client.
//
// Names and keys are a contract with users' scripts. Times are RFC 3339; what does not apply is left out.
// Start with UnitStatus (unit.go) and JobStatus (job.go).
package protocol

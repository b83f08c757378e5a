// Package control answers what the control socket asks for: it is the ipc.Manager of the engine.
//
// It decides nothing. Each method looks at or asks the engine by Call, and puts what it finds into the
// documents of ipc/protocol; what takes time (reading /proc, logs, unit files) happens outside of the loop.
//
// Start with Manager (manager.go); units.go makes the status of a unit, jobs.go that of a job.
package control

// Package client answers for the caller's end of the control socket: a Client is the manager as far as a
// command is concerned. Errors that the manager sends arrive as *protocol.Problem, a manager that is not
// there as *NoManagerError.
//
// Start with Client; there is one file for each resource, as in ipc/server.
package client

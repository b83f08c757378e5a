// Package server answers for the manager's end of the control sockets: HTTP/JSON for requests,
// server-sent events for streams, problem+json for errors. It knows who asks (peer.go), whether they may
// (policy/access, at every request) and keeps slow, greedy and hostile callers from harming the manager
// (limits.go). What is asked for is done by an ipc.Manager.
//
// Start with the route table in routes.go; then there is one file for each resource.
package server

// Package ipc answers for how people and programs talk to the manager: HTTP/JSON over Unix sockets.
//
// Here stand Manager, what a server needs somebody to do, and Names, how a name on the command line finds
// its unit. The documents are in ipc/protocol, the socket's end in ipc/server, the caller's in ipc/client.
// A request is followed from ipc/client through the route table (ipc/server/routes.go), where the
// permission stands beside the verb, to the Manager that cmd/unitd wires in.
package ipc

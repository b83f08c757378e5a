// Package unavailable answers the clients of a pool that no worker can serve: HTTP/1.1, with the status and the
// page of its `unavailable` block.
//
// It answers for: what is sent ([Answer]), and sending it to anybody who comes, fast or slow, without being
// drawn into holding more than a few connections ([Server]).
//
// It does not answer for: when that is to be (the lifecycle policy), which connections these are (runtime/socket),
// or reading the page (runtime/host).
//
// Start with server.go; client.go is one connection.
package unavailable

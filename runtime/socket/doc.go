// Package socket opens the listening sockets that unitd keeps for its units, and says which worker gets
// the next connection.
//
// It answers for: reading addresses ([Parse]); plain listeners, TCP and Unix, with mode and owner
// ([Listen]); groups of per-worker sockets at one TCP address, steered by a BPF program ([OpenGroup],
// [Group.Steer]); probing one worker among many ([Group.Dialer]); reading and emptying accept queues
// ([Group.Queue], [Group.Drained], [Group.Accept], [Group.Relay]), and whether they are served at all ([Group.Mark]); keeping clients from workers
// ([Group.Own], [Listener.Divert]); telling who holds an address ([HolderOf]); the environment
// that goes with handed-over sockets ([Environ]).
//
// It does not answer for: which slots are ready (the lifecycle policy), passing descriptors into a
// process (runtime/process), or what is asked of a worker (runtime/probe).
//
// All sockets are made with raw system calls. net.Listen would make MPTCP sockets, would put every
// descriptor into the runtime's poller although unitd never accepts on most of them, and would hand
// non-blocking sockets to programs that expect the blocking ones systemd gives them.
//
// Start with group.go; then program.go (what the kernel runs for each new connection) and order.go (how a
// slot finds its place in the kernel's table). docs/adr/0003-steered-sockets.md says why it is built so.
package socket

// Package policy is the room of decisions; it holds no code itself.
//
// Every package in it is pure: it sees values and `now`, and gives values back. It starts nothing, reads no
// clock, draws no random number, opens no file and writes no log; whoever calls it does all that, and hands
// in the time and the chance. So every decision can be tested as a table and replayed from a record.
//
//   - lifecycle: one unit's life, event by event, and what has to be done for it;
//   - job: start, stop, restart and reload as jobs over the graph of units;
//   - restart: why a process ended, whether and when it starts again, and whom a failure takes with it;
//   - access: who may do what over which socket.
//
// Start with job for what `unitctl start` means, and with lifecycle for what a unit then does.
package policy

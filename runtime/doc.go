// Package runtime makes it so: below it stands the only code that touches the kernel.
//
// What should happen is decided in [unitd/policy], without a clock, a file or a process; the packages
// here carry that out and tell what came of it. This root holds no code, so that no package can lean on
// "the runtime" as a whole. Reading order:
//
//   - engine: the loop. One goroutine that owns the state of all units; begin here.
//   - executor: an action of the policy becomes an effect. It wires the leaf packages together.
//   - process, socket, probe, notify, journal, state and the like: leaf packages, one kernel mechanism
//     each. They know neither policy nor units nor each other, so each can be read, tested and replaced
//     alone.
//
// internal/deptest proves this order at every test run.
package runtime

package process

// Event is something that happened to a process tree: Started, ExecFailed, Exited or Empty.
//
// For each tree come, in this order: one Started or one ExecFailed; after Started any number of Exited, one of
// them with Main; at the very end one Empty.
type Event interface{ token() uint64 }

// Started says that the program was executed.
type Started struct {
	Token uint64
	PID   int // of the main process, as the host sees it
}

// ExecFailed says that the program could not be started, and why. Err wraps the errno where there is one: EAGAIN
// (a limit of the account on processes was met) is no failing of the program.
type ExecFailed struct {
	Token uint64
	Op    string // what failed: "exec /srv/app", "change directory to /srv/x"
	Err   error  // "spawn app.api: exec /srv/app: permission denied"
	// Namespaces: they could not be made or joined, which says nothing about the program.
	Namespaces bool
}

// Exited says that a process of the tree ended.
type Exited struct {
	Token  uint64
	PID    int // as the host sees it; 0 where only the pid namespace knew
	Status ExitStatus
	Main   bool // it was the main process
}

// Empty says that no process of the tree is left but, maybe, its init, which does nothing more than end. The token is
// free again, and so is the exit file.
type Empty struct{ Token uint64 }

func (e Started) token() uint64    { return e.Token }
func (e ExecFailed) token() uint64 { return e.Token }
func (e Exited) token() uint64     { return e.Token }
func (e Empty) token() uint64      { return e.Token }

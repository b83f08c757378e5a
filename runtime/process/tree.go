package process

import (
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// tree is a process tree that is not known to be empty. The lock of its table guards it.
type tree struct {
	token    uint64
	salted   uint64 // the token as its init knows it
	name     string
	exitFile string
	start    *start // until it is known whether the program has started

	// contained: it is in a pid namespace, where processes have other numbers and the init is not who was started.
	// namespaces are its own, so that its init is pid 1 of them; nil: those of another tree, or of the manager.
	contained  bool
	namespaces *Namespaces
	inits      map[int]*tree // of the table

	init    int  // 0 when the init is dead
	settled bool // contained, and the init is the one that stays
	outside bool // the init was no child, and was killed, and everything with it
	empty   bool // the init has said that nothing else is left, and ends
	killed  ExitStatus
	main    int  // 0 until the program has started
	inner   int  // what its init calls it
	moved   bool // main is not the process that the init started
	named   int  // to be the main process, by a program that is not known to have started
	phase   phase
	next    uint32        // sequence number of the next record
	pending []pending     // sent before there was a main process
	orphans int           // how many children of the manager belong here
	done    chan struct{} // closed when the tree is empty; made by who waits for it
}

// pending is a signal for the main process or for all.
type pending struct {
	sig syscall.Signal
	all bool
}

// phase is how far the main process has come.
type phase int

const (
	starting phase = iota
	running
	ended // or could not be started
)

// start is what is needed to explain why a program did not start.
type start struct {
	words     []string // of the operations
	program   int      // number of the first that the program's own process does
	path, dir string
}

// receive applies a record from the FIFO, and before it what the FIFO had no room for.
func (tr *tree) receive(r record) []Event {
	var events []Event
	if r.seq > tr.next {
		events = tr.replay()
	}
	return append(events, tr.apply(r)...)
}

// replay applies what the exit file holds and the FIFO did not bring.
func (tr *tree) replay() []Event {
	var events []Event
	for _, r := range readExitFile(tr.exitFile) {
		if r.token == tr.salted {
			events = append(events, tr.apply(r)...)
		}
	}
	return events
}

// apply takes a record, which may have been applied before. What is told of the main process depends on its
// phase alone, since an exit file that was cut begins with a copy of its latest record.
func (tr *tree) apply(r record) []Event {
	known := r.seq < tr.next
	tr.next = max(tr.next, r.seq+1)
	switch {
	case r.kind == kindHandedOver:
		tr.settle(r.pid)
	case r.kind == kindLeft:
		tr.empty = tr.phase == ended // else the end of the init tells
	case r.kind == kindFailed && tr.phase == starting:
		return []Event{tr.failed(r.op, syscall.Errno(r.status))}
	case r.kind == kindStarted && tr.phase == starting:
		return []Event{tr.started(r.hostPID(), r.pid)}
	case r.kind == kindMainExited:
		return tr.firstExited(r, known)
	case r.kind == kindExited && !known && tr.moved && r.pid == tr.inner && tr.phase == running:
		return []Event{tr.mainExited(ExitStatus(r.status))}
	case r.kind == kindExited && !known:
		return []Event{tr.exited(r)}
	}
	return nil
}

// firstExited is the end of the process that the init started, which may not be the main process any more.
func (tr *tree) firstExited(r record, known bool) []Event {
	var events []Event
	if tr.phase == starting {
		events = append(events, tr.started(r.hostPID(), r.pid))
	}
	switch {
	case tr.moved && r.pid != tr.inner && !known:
		events = append(events, tr.exited(r))
	case tr.moved && r.pid != tr.inner:
	case tr.phase != ended:
		events = append(events, tr.mainExited(ExitStatus(r.status)))
	}
	return events
}

// settle takes note of the init that has come in place of who made it.
func (tr *tree) settle(init int) {
	if tr.contained && !tr.settled {
		tr.init, tr.settled = init, true
		tr.inits[init] = tr
	}
}

// exited is the end of a process that is not the main process, or no longer. The init of a contained tree knows any
// other by a number that nobody can translate any more.
func (tr *tree) exited(r record) Event {
	e := Exited{Token: tr.token, Status: ExitStatus(r.status)}
	switch {
	case r.kind == kindMainExited:
		e.PID = r.hostPID()
	case !tr.contained:
		e.PID = r.pid
	}
	return e
}

// started sends the signals that were waiting for the program, which may have forked before that was known.
func (tr *tree) started(main, inner int) Event {
	tr.main, tr.inner, tr.phase, tr.start = main, inner, running, nil
	if tr.named != 0 {
		tr.move(tr.named)
	}
	for _, p := range tr.pending {
		// It may have ended meanwhile, which its next record says.
		switch {
		case !p.all:
			_ = tr.signalMain(p.sig)
		case tr.init != 0:
			_ = roots{init: tr.init}.signal(p.sig)
		default:
			_ = roots{orphans: []int{main}}.signal(p.sig)
		}
	}
	tr.pending = nil
	return Started{Token: tr.token, PID: main}
}

// move makes another process the main one, and reports whether it is still there.
func (tr *tree) move(pid int) bool {
	inner := pid
	if tr.contained {
		if inner = numberAt(pid, len(numbers(tr.init))); inner == 0 {
			return false
		}
	}
	tr.moved = tr.moved || pid != tr.main
	tr.main, tr.inner, tr.phase = pid, inner, running
	return true
}

func (tr *tree) mainExited(status ExitStatus) Event {
	tr.phase = ended
	return Exited{Token: tr.token, PID: tr.main, Status: status, Main: true}
}

func (tr *tree) failed(op int, errno syscall.Errno) Event {
	words, err := tr.start.failure(op, errno)
	namespaces := tr.contained && op < tr.start.program && errno != unix.EAGAIN
	tr.phase, tr.start = ended, nil
	return ExecFailed{Token: tr.token, Op: words, Err: fmt.Errorf("spawn %s: %w", tr.name, err), Namespaces: namespaces}
}

// emptied says what nobody has said before the tree is forgotten.
func (tr *tree) emptied() []Event {
	var events []Event
	if tr.phase == starting {
		err := fmt.Errorf("spawn %s: its init ended (%s) before the program had started", tr.name, tr.killed)
		events = append(events, ExecFailed{Token: tr.token, Op: "run its init", Err: err})
	}
	if tr.done != nil {
		close(tr.done)
	}
	return append(events, Empty{Token: tr.token})
}

func (tr *tree) roots(orphans map[int]*tree) roots {
	r := roots{init: tr.init}
	if tr.orphans > 0 {
		for pid, owner := range orphans {
			if owner == tr {
				r.orphans = append(r.orphans, pid)
			}
		}
	}
	return r
}

package executor

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"unitd/policy/lifecycle"
	"unitd/runtime/process"
)

// maxReadiness is how many bytes a program may write to its ready_fd until the newline is no more waited for.
const maxReadiness = 4096

// readiness is the pipe to which a program writes a newline once it has started, as s6 does it.
type readiness struct{ read, write *os.File }

// openReadiness makes the pipe for a program that has a ready_fd; nil for others.
func openReadiness(spec *process.Spec, a lifecycle.Action) (*readiness, error) {
	number := a.Launch.Process.ReadyFD
	if a.Hook != lifecycle.NoHook || number < 3 {
		return nil, nil
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("make pipe for ready_fd %d: %w", number, err)
	}
	spec.Ready, spec.ReadyFD = write, number
	return &readiness{read, write}, nil
}

// awaitNewline reads the pipe until the program has started or ended. The program has the only other end. It
// waits in the runtime's poller and holds no thread.
func (x *Executor) awaitNewline(ready *readiness, r *run, token uint64) {
	stop := context.AfterFunc(x.ctx, func() { ready.read.Close() })
	defer stop()
	defer ready.read.Close()
	x.mu.Lock()
	x.readying[token] = ready.read
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		delete(x.readying, token)
	}()
	var text [256]byte
	for total := 0; total < maxReadiness; {
		n, err := ready.read.Read(text[:])
		if err != nil {
			return // it has closed it, or ended: the start goes on without
		}
		total += n
		if bytes.IndexByte(text[:n], '\n') >= 0 {
			notice := &lifecycle.Notice{Ready: true}
			x.report(r.unit, lifecycle.Event{Kind: lifecycle.Notified, Worker: r.worker, Run: token, Notice: notice})
			return
		}
	}
}

package process

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Run reaps children and reads what inits report, and delivers the events of both, until ctx is over. It is
// called once. It needs two goroutines, however many children there are, and no thread and no file of its own:
// one is woken by the status FIFO, one by SIGCHLD; which of them comes first does the work.
func (t *Table) Run(ctx context.Context) error {
	conn, err := t.fifo.SyscallConn()
	if err != nil {
		return fmt.Errorf("run reaper: %w", err)
	}
	died := make(chan os.Signal, 1)
	signal.Notify(died, syscall.SIGCHLD)
	defer signal.Stop(died)

	fifo := make(chan error, 1)
	go func() {
		fifo <- conn.Read(func(uintptr) bool { t.collect(); return false })
	}()
	for {
		select {
		case <-died:
			t.collect()
		case <-t.behind:
			t.collect()
		case err := <-fifo:
			return fmt.Errorf("run reaper: read status FIFO: %w", err)
		case <-ctx.Done():
			if err := t.fifo.SetReadDeadline(time.Unix(1, 0)); err != nil {
				return fmt.Errorf("run reaper: %w", err)
			}
			if err := <-fifo; !errors.Is(err, os.ErrDeadlineExceeded) {
				return fmt.Errorf("run reaper: read status FIFO: %w", err)
			}
			t.seeOff()
			return ctx.Err()
		}
	}
}

// CollectUntil reaps and delivers without Run, until ctx is over, for a caller that must see the end of trees before.
func (t *Table) CollectUntil(ctx context.Context) {
	for ctx.Err() == nil {
		t.collect()
		select {
		case <-t.behind:
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// seeOff waits for the inits that are about to end, so that no process is left when there is no tree. Not for ever: where
// units are not in namespaces of their own they can stop the inits of others.
func (t *Table) seeOff() {
	const atMost, pause = time.Second, time.Millisecond
	enough := time.After(atMost)
	for t.anyLeaves() {
		select {
		case <-time.After(pause):
			t.collect()
		case <-enough:
			return
		}
	}
}

func (t *Table) anyLeaves() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, tr := range t.inits {
		if tr.empty {
			return true
		}
	}
	return false
}

// death is a child of the manager that was reaped.
type death struct {
	pid    int
	status ExitStatus
}

// collect does all there is to do, and delivers it. An init writes its records before it ends, the last one says that its
// tree is empty, and the FIFO is read between the reaping of an init and the telling of its end: nothing about a tree comes
// after its Empty.
//
// An init says that its tree is empty right after the end of the last process in it. To look again, once those who were
// told have had their turn, finds that before the Go runtime has brought anything to a goroutine, which takes a tenth of a
// millisecond.
func (t *Table) collect() {
	t.collecting.Lock()
	defer t.collecting.Unlock()
	for again := true; again; {
		events := t.gather()
		t.lastWords(events)
		again = false
		for _, event := range events {
			t.deliver(event)
			_, exited := event.(Exited)
			again = again || exited
		}
		if again {
			runtime.Gosched()
		}
	}
}

// lastWords lets be heard what main processes have said before they ended: it was sent before their ends were
// written, so it is there by now. A main process may have named its successor.
func (t *Table) lastWords(events []Event) {
	ended := make(map[int]uint64)
	for _, event := range events {
		if e, ok := event.(Exited); ok && e.Main {
			ended[e.PID] = e.Token
		}
	}
	if t.before == nil || len(ended) == 0 {
		return
	}
	t.mu.Lock()
	t.ended = ended
	t.mu.Unlock()
	t.before(slices.Collect(maps.Values(ended)))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ended = nil
	for i, event := range events {
		if e, ok := event.(Exited); ok && e.Main {
			tr := t.trees[e.Token]
			e.Main = tr == nil || tr.phase != running || tr.main == e.PID
			events[i] = e
		}
	}
}

// gather goes on until a look at all children has found none that died: a process that is orphaned while
// adopt looks has a parent that is reaped after.
func (t *Table) gather() []Event {
	t.mu.Lock()
	defer t.mu.Unlock()
	events := t.ahead
	t.ahead = nil
	for {
		deaths := append(reap(), t.outsideDeaths()...)
		events = append(events, t.drain()...)
		if len(deaths) == 0 {
			return append(events, t.forget()...)
		}
		events = append(events, t.bury(deaths)...)
		events = append(events, t.adopt()...)
	}
}

// readAhead takes in what inits have reported, for a caller that must know it now and holds mu. It is told in its turn.
func (t *Table) readAhead() {
	if t.ahead = append(t.ahead, t.drain()...); len(t.ahead) > 0 {
		select {
		case t.behind <- struct{}{}:
		default:
		}
	}
}

func reap() []death {
	var deaths []death
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, unix.WNOHANG|unix.WALL, nil)
		if errors.Is(err, syscall.EINTR) {
			continue
		}
		if err != nil || pid <= 0 {
			return deaths
		}
		deaths = append(deaths, death{pid, ExitStatus(status)})
	}
}

// drain reads the FIFO until it is empty. When it may have been full, inits may have found no room in it: then
// the exit files tell what is missing.
func (t *Table) drain() []Event {
	var events []Event
	var buffer [128 * recordSize]byte
	fifo := int(fd(t.fifo))
	total := 0
	for {
		n, err := unix.Read(fifo, buffer[:])
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil || n <= 0 {
			break
		}
		total += n
		for _, r := range parseRecords(buffer[:n]) {
			// What is of no living tree is left over from an earlier manager.
			if tr := t.trees[r.token^t.salt]; tr != nil {
				events = append(events, tr.receive(r)...)
				if tr.empty {
					events = append(events, t.drop(tr)...)
				}
			}
		}
	}
	if total >= t.capacity {
		for _, tr := range t.trees {
			events = append(events, tr.replay()...)
		}
	}
	return events
}

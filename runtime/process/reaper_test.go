package process

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// An idle manager has no thread, goroutine or file for a child.
func TestNoThreadAndNoFilePerChild(t *testing.T) {
	b := newBench(t)
	token, _ := b.spawn(b.sleeper())
	b.started(token)
	files := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	threads := func() int {
		count, err := strconv.Atoi(statusOf(os.Getpid())["Threads"])
		if err != nil {
			t.Fatal(err)
		}
		return count
	}
	threadsBefore, filesBefore := threads(), files()
	var tokens []uint64
	for range 100 {
		token, _ := b.spawn(b.sleeper())
		tokens = append(tokens, token)
	}
	for _, token := range tokens {
		b.started(token)
	}
	if got := files(); got > filesBefore {
		t.Errorf("%d open files with 100 more children, %d before", got, filesBefore)
	}
	// The Go scheduler may start a thread at any time, but not one for each of a hundred.
	const most = 10
	if got := threads(); got > threadsBefore+most {
		t.Errorf("%d threads with 100 more children, %d before", got, threadsBefore)
	}
}

// What inits write while the FIFO is full is lost there; the exit files tell.
func TestFullFIFO(t *testing.T) {
	b := newBench(t)
	b.collecting.Lock() // nobody reads
	filler := make([]byte, unix.PathMax)
	for {
		if _, err := unix.Write(int(fd(b.fifo)), filler[:recordSize]); errors.Is(err, unix.EAGAIN) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	staying, _ := b.spawn(b.sleeper())
	spec := b.spec("exit", "3")
	ending, _ := b.spawn(spec)
	started := 1
	if contained {
		started = 2
	}
	eventually(t, "both have written to their exit files", func() bool {
		return len(readExitFile(spec.ExitFile)) == started+1 && len(readExitFile(filepath.Join(b.dir, "exit-1"))) == started
	})
	b.collecting.Unlock()
	b.started(staying)
	if status := b.mainExited(ending).Status; status.String() != "exit 3" {
		t.Errorf("ended with %s", status)
	}
	b.empty(ending)
	if len(b.of(ending)) != 3 || len(b.of(staying)) != 1 {
		t.Errorf("events %v and %v", b.of(staying), b.of(ending))
	}
}

// The FIFO of an earlier manager may hold what nobody asked for, or be none.
func TestRecordsOfAnEarlierManager(t *testing.T) {
	b := newBench(t)
	stale := make([]byte, recordSize)
	copy(stale, "\x09\x09\x09\x09\x09\x09\x09\x09unx1")
	for _, junk := range [][]byte{stale, []byte(strings.Repeat("junk", recordSize/4))} {
		if _, err := unix.Write(int(fd(b.fifo)), junk); err != nil {
			t.Fatal(err)
		}
	}
	token, _ := b.spawn(b.spec("exit", "0"))
	b.empty(token)
	if len(b.events) != 3 {
		t.Errorf("events %v", b.events)
	}
}

func TestOpenReplacesWhatIsNoFIFO(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "status"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		table, err := Open(dir, func(Event) {})
		if err != nil {
			t.Fatal(err)
		}
		if err := table.Close(); err != nil {
			t.Error(err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "status")); err != nil || info.Mode() != os.ModeNamedPipe|0o600 {
		t.Errorf("status is %v, %v", info.Mode(), err)
	}
	if _, err := Open(filepath.Join(dir, "nonexistent"), func(Event) {}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no runtime directory: got %v", err)
	}
}

func TestSpawnFromSeveralGoroutines(t *testing.T) {
	b := newBench(t)
	specs := make(chan Spec, 40)
	for range cap(specs) {
		specs <- b.spec("exit", "0")
	}
	close(specs)
	errs := make(chan error)
	for range 4 {
		go func() {
			var err error
			for spec := range specs {
				_, failed := b.Spawn(spec)
				err = errors.Join(err, failed)
			}
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	for token := uint64(1); token <= uint64(cap(specs)); token++ {
		b.empty(token)
		if status := b.mainExited(token).Status; status != 0 {
			t.Errorf("ended with %s", status)
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	table, err := Open(t.TempDir(), func(Event) {})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := table.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

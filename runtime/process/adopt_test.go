package process

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// orphaned has the table forget a tree, and finds that as the next manager would.
func (b *bench) orphaned(token uint64) (f Found, init int) {
	b.tb.Helper()
	b.Table.mu.Lock()
	init = b.trees[token].init
	delete(b.trees, token)
	delete(b.inits, init)
	b.Table.mu.Unlock()
	for _, f := range b.Find() {
		if b.Token(f) == token {
			return f, init
		}
	}
	b.tb.Fatalf("the tree of token %d is not found", token)
	return Found{}, 0
}

// A tree is found by its init alone, and is what it was: its program is signalled, and its end told.
func TestAdopt(t *testing.T) {
	b := newBench(t)
	token, _ := b.spawn(b.shell("trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done"))
	pid := b.started(token).PID
	eventually(t, "the trap", func() bool { return b.written() == "ready\n" })
	f, init := b.orphaned(token)
	if f.Init != init || !f.Settled || f.Name != "app.api" {
		t.Fatalf("found %+v, init %d", f, init)
	}
	events, err := b.Adopt(token, f, nil)
	if err != nil || len(events) != 1 {
		t.Fatalf("adopt: %v, %v", events, err)
	}
	if started, ok := events[0].(Started); !ok || started.PID != pid {
		t.Errorf("got %+v, want the start of %d", events[0], pid)
	}
	if found, ok := b.Lookup(pid); !ok || found != token {
		t.Errorf("lookup of %d: %d, %v", pid, found, ok)
	}
	if err := b.Signal(token, unix.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code, ok := b.mainExited(token).Status.Exited(); !ok || code != 7 {
		t.Errorf("exit code %d, %v", code, ok)
	}
	b.empty(token)
}

// What has ended before it could be adopted is known by what its exit file says.
func TestEnds(t *testing.T) {
	b := newBench(t)
	token, _ := b.spawn(b.shell("exit 9"))
	b.empty(token)
	ended := b.Ends(b.dir, []uint64{token, token + 1})
	if events := ended[token]; len(events) != 2 {
		t.Errorf("got %+v", events)
	} else if e, ok := events[1].(Exited); !ok || !e.Main || e.Status != 9<<8 {
		t.Errorf("got %+v", events[1])
	}
	if len(ended[token+1]) != 0 {
		t.Errorf("of nobody: %+v", ended[token+1])
	}
}

// A keeper keeps files open, and gives them back.
func TestKeeper(t *testing.T) {
	b := newBench(t)
	path := filepath.Join(t.TempDir(), "kept")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString("kept"); err != nil {
		t.Fatal(err)
	}
	k, err := b.Keep(17, []int{int(file.Fd())}, -1)
	file.Close()
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "the keeper", func() bool { return b.Kept(k) })
	back, err := b.TakeBack(k, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer closeFD(back[0])
	var text [8]byte
	if n, err := unix.Pread(back[0], text[:], 0); err != nil || string(text[:n]) != "kept" {
		t.Errorf("read %q, %v", text[:n], err)
	}
	if _, err := b.TakeBack(Keeper{PID: k.PID, Token: 18}, 1); err == nil {
		t.Error("files were taken from a keeper by another name")
	}
	b.Drop(k)
	if b.Kept(k) {
		t.Error("the keeper lives")
	}
}

// What a manager has left whose record is lost is closed before anything is opened: the addresses are free.
func TestDroppedKeepersHaveClosedTheirFiles(t *testing.T) {
	b := newBench(t)
	for range 20 {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		file, err := listener.(*net.TCPListener).File() //nolint:forcetypeassert // of "tcp"
		if err != nil {
			t.Fatal(err)
		}
		k, err := b.Keep(17, []int{int(file.Fd())}, -1)
		file.Close()
		listener.Close()
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "the keeper", func() bool { return b.Kept(k) && b.beside(k.PID, keeperName) })
		b.Table.mu.Lock()
		delete(b.keepers, k.PID) // as if another manager had started it
		b.Table.mu.Unlock()
		b.Find()
		b.DropOthers(Keeper{})
		again, err := net.Listen("tcp", listener.Addr().String())
		if err != nil {
			t.Fatalf("the keeper has its file still: %v", err)
		}
		again.Close()
	}
}

package process

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"unitd/internal/procfs"
)

// Errors about the process tree that a call names.
var (
	// ErrGone says that the process or its whole tree has ended.
	ErrGone = errors.New("process is gone")
	// ErrToken says that a living tree has the token of a new Spec.
	ErrToken = errors.New("token names a living process tree")
)

// Table is all process trees of this manager. There is at most one in a process, since it collects the statuses
// of all children and makes the process a subreaper. Its methods may be called from several goroutines.
type Table struct {
	dir         string // the runtime directory, without symlinks
	interpreter *os.File
	openFiles   Rlimit       // that programs have without a limit of their own
	hides       bool         // /proc does not show processes that are not dumpable
	inherited   dispositions // signals that were ignored when the table was opened
	fifo        *os.File
	capacity    int // of the FIFO, bytes
	deliver     func(Event)
	before      func(ended []uint64)
	ended       map[int]uint64 // tokens of main processes whose ends are about to be told, by pid; mu guards it

	// salt makes the tokens that inits are given differ from those of an earlier manager, whose records may
	// still stand in the FIFO and in exit files.
	salt uint64

	// collecting is held while statuses are read and delivered, which keeps events in order. It is taken
	// before mu, and mu is never held while an event is delivered.
	collecting sync.Mutex
	behind     chan struct{} // there is something in ahead

	mu      sync.Mutex
	trees   map[uint64]*tree // by token
	inits   map[int]*tree    // by pid
	lost    []*tree          // those whose init was killed, but not all else
	orphans map[int]*tree    // children of the manager that belong to a lost tree, by pid
	ahead   []Event          // of records that were read before their turn

	outsiders map[int]*outsider // adopted inits that are no children, by pid
	departed  []int             // those that have ended and were not buried yet
	epoll     *os.File          // waits for the end of outsiders; nil: there are none
	looking   chan struct{}     // closed to end the looking at those without a pidfd; nil: nobody looks
	keepers   map[int]bool      // pids of this manager's keepers
	unkept    func()            // called when one has ended that was not let go; may be nil
	guard     int               // pid of this manager's guard; 0: it has none
	guards    []int             // pids of those of earlier managers
	besides   []int             // pids of keepers and guards of whatever manager, as Find has come across them
	unguarded func()            // called when it has ended and was not let go; may be nil
}

var opened atomic.Bool

// Open makes this process the manager of process trees: subreaper, and owner of the status FIFO in runtimeDir
// and of the interpreter. It marks every open file but 0 to 2 close-on-exec, so that no program gets what the
// manager inherited. From now on deliver gets every event, in order, from Run; it must not block, nor call
// Kill.
func Open(runtimeDir string, deliver func(Event)) (*Table, error) {
	if !opened.CompareAndSwap(false, true) {
		return nil, errors.New("open process table: this process has one already")
	}
	t, err := open(runtimeDir, deliver)
	if err != nil {
		opened.Store(false)
		return nil, fmt.Errorf("open process table: %w", err)
	}
	return t, nil
}

func open(runtimeDir string, deliver func(Event)) (*Table, error) {
	if err := closeOnExec(); err != nil {
		return nil, err
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return nil, fmt.Errorf("become a subreaper: %w", err)
	}
	interpreter, tried, err := openInterpreter(runtimeDir)
	if err != nil {
		return nil, err
	}
	fifo, capacity, err := openFIFO(filepath.Join(runtimeDir, "status"))
	if err != nil {
		interpreter.Close()
		return nil, err
	}
	dir, err := filepath.EvalSymlinks(runtimeDir)
	if err != nil {
		return nil, errors.Join(err, interpreter.Close(), fifo.Close())
	}
	return &Table{
		dir: dir, outsiders: make(map[int]*outsider), keepers: make(map[int]bool), interpreter: interpreter, hides: tried.hides, openFiles: tried.openFiles, fifo: fifo, capacity: capacity, deliver: deliver, salt: rand.Uint64(),
		inherited: inheritedIgnored(),
		trees:     make(map[uint64]*tree), inits: make(map[int]*tree), orphans: make(map[int]*tree),
		behind: make(chan struct{}, 1),
	}, nil
}

// openFIFO opens the status FIFO for reading and writing, as the inits do: neither the end of the last of them
// nor that of the manager is then an end of file or a SIGPIPE for the others.
func openFIFO(path string) (file *os.File, capacity int, err error) {
	if info, err := os.Lstat(path); err == nil && info.Mode() != os.ModeNamedPipe|0o600 {
		if err := os.Remove(path); err != nil {
			return nil, 0, fmt.Errorf("replace %s, which is no FIFO of mode 0600: %w", path, err)
		}
	}
	if err := unix.Mkfifo(path, 0o600); err != nil && !errors.Is(err, unix.EEXIST) {
		return nil, 0, fmt.Errorf("make FIFO %s: %w", path, err)
	}
	file, err = os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0)
	if err != nil {
		return nil, 0, err
	}
	capacity, err = unix.FcntlInt(fd(file), unix.F_GETPIPE_SZ, 0)
	if err != nil {
		file.Close()
		return nil, 0, fmt.Errorf("get size of FIFO %s: %w", path, err)
	}
	return file, capacity, nil
}

// closeOnExec marks what the manager inherited. All that Go opens is marked from the start.
func closeOnExec() error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return fmt.Errorf("list open files: %w", err)
	}
	for _, entry := range entries {
		if fd, err := strconv.Atoi(entry.Name()); err == nil && fd > 2 {
			unix.CloseOnExec(fd)
		}
	}
	return nil
}

// Close releases the files of the table, once Run has returned. Processes go on; who opens a table for the same
// directory later finds what became of them in their exit files.
func (t *Table) Close() error {
	t.mu.Lock()
	t.dismiss()
	t.mu.Unlock()
	err := errors.Join(t.fifo.Close(), t.interpreter.Close())
	opened.Store(false)
	return err
}

// Tree is a process tree as it was a moment ago.
type Tree struct {
	Init int // 0 when it was killed
	Main int // 0 before the program has started and after the main process has ended
	// Contained reports a pid namespace; the init is in it.
	Contained bool
	// Processes are all that live, but the init.
	Processes []procfs.Process
}

// PIDs are those of its processes.
func (t Tree) PIDs() []int {
	pids := make([]int, len(t.Processes))
	for i, p := range t.Processes {
		pids[i] = p.PID
	}
	return pids
}

// Tree looks at a process tree; ErrGone when there is none of this token.
func (t *Table) Tree(token uint64) (Tree, error) {
	t.mu.Lock()
	tr := t.trees[token]
	if tr == nil {
		t.mu.Unlock()
		return Tree{}, ErrGone
	}
	found := Tree{Init: tr.init, Contained: tr.settled}
	if tr.phase == running {
		found.Main = tr.main
	}
	roots := tr.roots(t.orphans)
	t.mu.Unlock()
	found.Processes = roots.walk()
	return found, nil
}

// Before has f called before the ends of main processes are told, so that what they said before is heard first, with the
// tokens of their trees. It may give these another main process. It is set before Run is called.
func (t *Table) Before(f func(ended []uint64)) { t.before = f }

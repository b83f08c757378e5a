package process

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"unitd/internal/procfs"
)

// What an init is told as its arguments is the record of its tree: its name for people, its token as 16 hexadecimal
// digits, the runtime directory and the name of its exit file. It is there from the same moment on as the process, so
// that no manager can die between a fork and the writing of a record; and it names a tree better than a pid and the
// time of its start do, since the token holds a random number of the manager that gave it.
const (
	argName = 1 + iota
	argToken
	argRuntime
	argExitFile
	initArgs
)

// settleTime is how long a start that was under way when its manager died may take to get its init.
const (
	settleTime  = 2 * time.Second
	settlePause = 2 * time.Millisecond
)

// initArguments are the arguments of the init of a tree.
func (t *Table) initArguments(name string, salted uint64, exitFile string) []string {
	digits := strconv.FormatUint(salted, 16)
	return []string{
		initName, name, strings.Repeat("0", 16-len(digits)) + digits, t.dir, exitFile,
	}
}

// Found is a process tree that an earlier manager of the same runtime directory has left, by its init.
type Found struct {
	Init     int
	Name     string
	ExitFile string
	Settled  bool // it is the init that stays; else whoever should have brought it about
	salted   uint64
}

// Salt is what the tokens of inits are mixed with, to be kept for the next manager.
func (t *Table) Salt() uint64 { return t.salt }

// Continue takes the salt of the manager before this one, whose trees are to be adopted. It comes before anything is
// spawned.
func (t *Table) Continue(salt uint64) { t.salt = salt }

// Token is the token that the manager has given the tree, if it had the salt of this one.
func (t *Table) Token(f Found) uint64 { return f.salted ^ t.salt }

// Find looks for the trees of earlier managers among all processes. A start that is under way gets a moment to bring its
// init about; what has none by then is found with the process that should have made it.
func (t *Table) Find() []Found {
	for begun := time.Now(); ; <-time.After(settlePause) {
		found, all := t.find()
		if all || time.Since(begun) > settleTime {
			return found
		}
	}
}

func (t *Table) find() (found []Found, settled bool) {
	candidates := map[int]Found{}
	var besides []int
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, true
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || t.own(pid) {
			continue
		}
		var buffer [512]byte
		line, err := procfs.Append(buffer[:0], procfs.Directory(pid)+"/cmdline")
		if err != nil {
			continue
		}
		if f, ok := t.said(pid, line); ok {
			candidates[pid] = f
		} else if bytes.HasPrefix(line, []byte(keeperName+"\x00")) || bytes.HasPrefix(line, []byte(guardName+"\x00")) {
			besides = append(besides, pid)
		}
	}
	t.mu.Lock()
	t.besides = besides
	t.mu.Unlock()
	byToken := map[uint64]Found{}
	for pid, f := range candidates {
		if belowAnother(pid, candidates) {
			continue // a program of a unit that looks like an init
		}
		if other, there := byToken[f.salted]; !there || f.Settled && !other.Settled {
			byToken[f.salted] = f
		}
	}
	settled = true
	for _, f := range byToken {
		settled = settled && f.Settled
		found = append(found, f)
	}
	return found, settled
}

// own reports an init of this manager.
func (t *Table) own(pid int) bool { return pid == os.Getpid() || t.headedBy(pid) != nil }

// candidate reads whether a process says that it is an init of this runtime directory.
func (t *Table) candidate(pid int) (Found, bool) {
	var buffer [512]byte
	line, err := procfs.Append(buffer[:0], procfs.Directory(pid)+"/cmdline")
	if err != nil {
		return Found{}, false
	}
	return t.said(pid, line)
}

// said is candidate for what is known of it already: its arguments.
func (t *Table) said(pid int, line []byte) (Found, bool) {
	if !bytes.HasPrefix(line, []byte(initName+"\x00")) {
		return Found{}, false
	}
	args := strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")
	if len(args) != initArgs || args[argRuntime] != t.dir {
		return Found{}, false
	}
	salted, err := strconv.ParseUint(args[argToken], 16, 64)
	if err != nil {
		return Found{}, false
	}
	return Found{Init: pid, Name: args[argName], ExitFile: args[argExitFile], salted: salted, Settled: commOf(pid) == initName}, true
}

// commOf is the short name of a process, "" where it has ended.
func commOf(pid int) string {
	var buffer [32]byte
	comm, err := procfs.Append(buffer[:0], procfs.Directory(pid)+"/comm")
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(comm), "\n")
}

// belowAnother reports a process one of whose parents is a candidate too.
func belowAnother(pid int, candidates map[int]Found) bool {
	for range deepest {
		p, err := procfs.Stat(pid)
		if err != nil || p.Parent <= 1 {
			return false
		}
		if pid = p.Parent; candidates[pid].Init != 0 {
			return true
		}
	}
	return false
}

// Adopt makes a tree that was found one of this table's, under a token. Join is how to join its namespaces, if it has
// any. What it returns has happened up to now, as far as its exit file tells; what happens from now on comes as with
// any other tree. ErrGone: it has ended since it was found.
func (t *Table) Adopt(token uint64, f Found, join *Namespaces) ([]Event, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tr := &tree{token: token, salted: f.salted, name: f.Name, exitFile: f.ExitFile, init: f.Init, start: &start{}, inits: t.inits}
	if depth := len(numbers(f.Init)); depth > len(numbers(os.Getpid())) {
		tr.contained, tr.settled = true, true
		if numberAt(f.Init, depth) == 1 {
			tr.namespaces = join.joined()
		}
	}
	p, err := procfs.Stat(f.Init)
	if err != nil || !p.Alive() {
		return nil, ErrGone
	}
	if p.Parent != os.Getpid() {
		if err := t.watch(f.Init, f.salted); err != nil {
			return nil, err
		}
	}
	t.trees[token], t.inits[f.Init] = tr, tr
	return tr.replay(), nil
}

// Ends tells what exit files in a directory say of trees that are gone, by token: for each, how it began and how its
// main process ended, as far as that is known.
func (t *Table) Ends(directory string, tokens []uint64) map[uint64][]Event {
	trees := make(map[uint64]*tree, len(tokens))
	for _, token := range tokens {
		trees[token^t.salt] = &tree{token: token, salted: token ^ t.salt, start: &start{}, inits: map[int]*tree{}}
	}
	events := map[uint64][]Event{}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return events
	}
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		for _, r := range readExitFile(filepath.Join(directory, entry.Name())) {
			if tr := trees[r.token]; tr != nil {
				events[tr.token] = append(events[tr.token], tr.apply(r)...)
			}
		}
	}
	return events
}

package notify

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Owner names for whom a Store keeps file descriptors: a unit, or one worker of it.
type Owner struct {
	Unit   string
	Worker int
}

func (o Owner) compare(other Owner) int {
	return cmp.Or(cmp.Compare(o.Unit, other.Unit), cmp.Compare(o.Worker, other.Worker))
}

// Stored is a file descriptor that a Store keeps, as others see it.
type Stored struct {
	Name string
	// Polled is false for one that stays when it reports an error or hang-up (FDPOLL=0).
	Polled bool
}

// unnamed is the name of what was stored without one (sd_notify(3), FDNAME=).
const unnamed = "stored"

// Errors of Store.Add: file descriptors were closed instead of being kept.
var (
	ErrFull   = errors.New("the store of this unit is full")
	ErrNoRoom = errors.New("half of the files that unitd may open are stored")
)

// Store keeps the file descriptors that programs have sent with FDSTORE=1 until it is told to give them up, or
// until they report an error or hang-up. While there are any to watch for that it has one file descriptor and one
// goroutine of its own, however many they are. Its methods may be called from several goroutines.
//
// It never changes a file descriptor: what it keeps is open in a program as well.
type Store struct {
	changed func(Owner)
	bin     bin

	mu      sync.Mutex
	kept    map[Owner][]*file
	watched map[int]*file // by number
	watcher *watcher      // nil while nothing is watched
}

// NewStore makes a store with nothing in it. changed is told of every change but those that Inherit and Drop make, from
// any goroutine; it may call List.
func NewStore(changed func(Owner)) *Store {
	return &Store{changed: changed, kept: map[Owner][]*file{}, watched: map[int]*file{}}
}

// Add keeps file descriptors, and owns them from now on, so that whoever sent them has nothing to close. An owner has
// at most `most`; all owners together have no number that is beyond the first half of those that this process may
// open (RLIMIT_NOFILE, getrlimit(2)), since to start a program with many takes each twice for a moment. What is too
// much is closed, and ErrFull or ErrNoRoom says so. One that the owner has already is closed as well, whatever name
// it comes with.
func (s *Store) Add(owner Owner, fds []int, name string, polled bool, most int) error {
	if name == "" {
		name = unnamed
	}
	files := make([]*file, len(fds))
	for i, fd := range fds {
		files[i] = newFile(fd, name, polled)
	}
	room := openFiles() / 2
	var dropped []int
	full, beyond := 0, 0
	s.mu.Lock()
	for _, f := range files {
		switch {
		case len(s.kept[owner]) >= most:
			full++
		case f.fd >= room:
			beyond++
		case slices.ContainsFunc(s.kept[owner], f.same):
		default:
			s.kept[owner] = append(s.kept[owner], f)
			f.users = 1
			s.watch(f)
			continue
		}
		dropped = append(dropped, f.fd)
	}
	grown := len(dropped) < len(fds)
	s.mu.Unlock()
	s.bin.drop(dropped)
	if grown {
		s.changed(owner)
	}
	switch {
	case full > 0:
		return fmt.Errorf("%w (%d): closed %d", ErrFull, most, full)
	case beyond > 0:
		return fmt.Errorf("%w (%d of %d): closed %d", ErrNoRoom, room, 2*room, beyond)
	}
	return nil
}

// Remove gives up all that an owner has stored under a name (FDSTOREREMOVE=1).
func (s *Store) Remove(owner Owner, name string) {
	if s.remove(owner, func(f *file) bool { return f.name == name }, s.bin.drop) {
		s.changed(owner)
	}
}

// Drop gives up all that an owner has stored, and reports whether that was anything. When it returns the files are
// closed, which may take its time.
func (s *Store) Drop(owner Owner) bool {
	return s.remove(owner, func(*file) bool { return true }, closeAll)
}

// Close gives up everything.
func (s *Store) Close() {
	s.mu.Lock()
	var owners []Owner
	for owner := range s.kept {
		owners = append(owners, owner)
	}
	s.mu.Unlock()
	for _, owner := range owners {
		s.Drop(owner)
	}
}

// List tells what an owner has stored, in the order in which it came.
func (s *Store) List(owner Owner) []Stored {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Stored
	for _, f := range s.kept[owner] {
		list = append(list, Stored{f.name, f.polled})
	}
	return list
}

// Owners are those of a unit that have something stored.
func (s *Store) Owners(unit string) []Owner {
	s.mu.Lock()
	defer s.mu.Unlock()
	var owners []Owner
	for owner := range s.kept {
		if owner.Unit == unit {
			owners = append(owners, owner)
		}
	}
	return owners
}

// Inherit lets an owner that has nothing stored begin with what another one has, and reports whether that is anything.
// From then on each goes its own way.
func (s *Store) Inherit(heir, from Owner) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept[heir]) > 0 || len(s.kept[from]) == 0 {
		return false
	}
	s.kept[heir] = slices.Clone(s.kept[from])
	for _, f := range s.kept[heir] {
		f.users++
	}
	return true
}

// Passed are stored file descriptors that a program is about to get. They stay open until Release.
type Passed struct {
	FDs   []int
	Names []string

	store *Store
	files []*file
}

// Pass takes what an owner has stored for a program to be started with. What is beyond `most` is given up first, the
// latest first: the limit may be another than when it came.
func (s *Store) Pass(owner Owner, most int) (p *Passed, dropped int) {
	s.mu.Lock()
	dropped = max(len(s.kept[owner])-max(most, 0), 0)
	beyond := slices.Clone(s.kept[owner][len(s.kept[owner])-dropped:])
	s.mu.Unlock()
	if dropped > 0 && s.remove(owner, func(f *file) bool { return slices.Contains(beyond, f) }, s.bin.drop) {
		s.changed(owner)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p = &Passed{store: s, files: slices.Clone(s.kept[owner])}
	for _, f := range p.files {
		f.users++
		p.FDs, p.Names = append(p.FDs, f.fd), append(p.Names, f.name)
	}
	return p, dropped
}

// Release says that the program has been started, or is not going to be.
func (p *Passed) Release() {
	if p == nil {
		return
	}
	p.store.letGo(p.files, p.store.bin.drop)
	p.files = nil
}

// remove takes files from an owner, and has those closed that nobody else has.
func (s *Store) remove(owner Owner, which func(*file) bool, close func([]int)) bool {
	var gone []*file
	s.mu.Lock()
	rest := slices.DeleteFunc(slices.Clone(s.kept[owner]), func(f *file) bool {
		if !which(f) {
			return false
		}
		gone = append(gone, f)
		return true
	})
	if len(rest) > 0 {
		s.kept[owner] = rest
	} else {
		delete(s.kept, owner)
	}
	s.mu.Unlock()
	s.letGo(gone, close)
	return len(gone) > 0
}

// letGo closes the files that nobody uses any more.
func (s *Store) letGo(files []*file, close func([]int)) {
	var unused []int
	s.mu.Lock()
	for _, f := range files {
		if f.users--; f.users == 0 {
			s.unwatch(f)
			unused = append(unused, f.fd)
		}
	}
	idle := s.idle()
	s.mu.Unlock()
	close(unused)
	idle.close()
}

package notify

import "slices"

// Kept is one file of a Store, as it is handed to the store of another process.
type Kept struct {
	Owner
	Stored
	FD int
}

// Every takes all that is stored, ordered by owner, as Pass takes what one owner has.
func (s *Store) Every() (every []Kept, passed *Passed) {
	s.mu.Lock()
	defer s.mu.Unlock()
	passed = &Passed{store: s}
	for owner, files := range s.kept {
		for _, f := range files {
			f.users++
			passed.files = append(passed.files, f)
			every = append(every, Kept{owner, Stored{f.name, f.polled}, f.fd})
		}
	}
	slices.SortStableFunc(every, func(a, b Kept) int { return a.Owner.compare(b.Owner) })
	return every, passed
}

// Restore begins with what the store of another process had, in its order, and owns the file descriptors from now on;
// one that comes several times is one file. Nobody is told.
func (s *Store) Restore(every []Kept) {
	s.mu.Lock()
	defer s.mu.Unlock()
	files := map[int]*file{}
	for _, k := range every {
		f := files[k.FD]
		if f == nil {
			f = newFile(k.FD, k.Name, k.Polled)
			files[k.FD] = f
			s.watch(f)
		}
		f.users++
		s.kept[k.Owner] = append(s.kept[k.Owner], f)
	}
}

// All are the owners that have something stored.
func (s *Store) All() []Owner {
	s.mu.Lock()
	defer s.mu.Unlock()
	owners := make([]Owner, 0, len(s.kept))
	for owner := range s.kept {
		owners = append(owners, owner)
	}
	slices.SortFunc(owners, Owner.compare)
	return owners
}

package notify

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

var api = Owner{Unit: "app.api"}

// shop is a store with a note of who was told to have changed.
type shop struct {
	*Store
	t       *testing.T
	mu      sync.Mutex
	changed map[Owner]int
}

func newShop(t *testing.T) *shop {
	s := &shop{t: t, changed: map[Owner]int{}}
	s.Store = NewStore(func(owner Owner) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.changed[owner]++
	})
	before := numbers(t)
	t.Cleanup(func() {
		s.Close()
		eventually(t, "all that was stored is closed", func() bool { return len(numbers(t)) <= len(before) })
	})
	return s
}

func (s *shop) told(owner Owner) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed[owner]
}

// names are those of what an owner has stored.
func (s *shop) names(owner Owner) string {
	var names []string
	for _, stored := range s.List(owner) {
		names = append(names, stored.Name)
	}
	return strings.Join(names, " ")
}

func (s *shop) add(owner Owner, name string, polled bool, fds ...int) {
	s.t.Helper()
	if err := s.Add(owner, fds, name, polled, 100); err != nil {
		s.t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !condition(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("within 10 s: %s", what)
		}
	}
}

// numbers are the file descriptors of this process.
func numbers(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	return names
}

// end is one end of a pipe as a program would send it: a descriptor of the store's own. What it reads or writes
// goes to other.
func end(t *testing.T) (sent int, other *os.File) {
	t.Helper()
	fds := make([]int, 2)
	if err := unix.Pipe2(fds, unix.O_CLOEXEC|unix.O_NONBLOCK); err != nil {
		t.Fatal(err)
	}
	other = os.NewFile(uintptr(fds[1]), "other end")
	t.Cleanup(func() { other.Close() })
	return fds[0], other
}

// copyOf is another descriptor of the same file.
func copyOf(t *testing.T, fd int) int {
	t.Helper()
	other, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	return other
}

func TestStoreKeeps(t *testing.T) {
	s := newShop(t)
	first, write := end(t)
	second, _ := end(t)
	third, _ := end(t)
	s.add(api, "conn", true, first, second)
	s.add(api, "", false, third)
	if got := s.List(api); !slices.Equal(got, []Stored{{"conn", true}, {"conn", true}, {"stored", false}}) {
		t.Errorf("stored are %v", got)
	}
	if got := s.Owners("app.api"); !slices.Equal(got, []Owner{api}) || s.Owners("app.other") != nil {
		t.Errorf("owners are %v", got)
	}
	passed, dropped := s.Pass(api, 3)
	if !slices.Equal(passed.FDs, []int{first, second, third}) || strings.Join(passed.Names, " ") != "conn conn stored" || dropped != 0 {
		t.Errorf("passed are %v, %v; %d dropped", passed.FDs, passed.Names, dropped)
	}
	s.Remove(api, "conn")
	s.Remove(api, "nothing")
	if got := s.names(api); got != "stored" || s.told(api) != 3 {
		t.Errorf("stored are %q, told %d times", got, s.told(api))
	}
	if _, err := write.WriteString("x"); err != nil {
		t.Errorf("what is being passed is closed: %v", err)
	}
	passed.Release()
	eventually(t, "it is closed", func() bool {
		_, err := write.WriteString("x")
		return errors.Is(err, unix.EPIPE)
	})
	if !s.Drop(api) || s.Drop(api) || s.told(api) != 3 {
		t.Errorf("dropped; told %d times", s.told(api))
	}
}

func TestStoreKnowsWhatItHas(t *testing.T) {
	s := newShop(t)
	fd, _ := end(t)
	again := copyOf(t, fd)
	s.add(api, "one", false, fd)
	s.add(api, "two", false, again, copyOf(t, fd))
	if got := s.names(api); got != "one" || s.told(api) != 1 {
		t.Errorf("stored are %q, told %d times", got, s.told(api))
	}
	// Files of one inode are not one file.
	for range 2 {
		event, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
		if err != nil {
			t.Fatal(err)
		}
		s.add(api, "event", false, event)
	}
	if got := s.names(api); got != "one event event" {
		t.Errorf("stored are %q", got)
	}
}

func TestStoreIsLimited(t *testing.T) {
	s := newShop(t)
	fd := func() int { fd, _ := end(t); return fd }
	for _, most := range []int{0, 2, 2} {
		err := s.Add(api, []int{fd(), fd(), fd()}, "", true, most)
		if !errors.Is(err, ErrFull) || len(s.List(api)) != most {
			t.Errorf("at most %d: %d are stored, %v", most, len(s.List(api)), err)
		}
	}
	if err := s.Add(api, nil, "", true, 1); err != nil {
		t.Error(err)
	}
	s.add(api, "third", true, fd())
	if passed, dropped := s.Pass(api, 1); dropped != 2 || len(passed.FDs) != 1 || s.names(api) != "stored" {
		t.Errorf("%d dropped, passed %v, stored %q", dropped, passed.Names, s.names(api))
	} else {
		passed.Release()
	}
	if passed, dropped := s.Pass(api, 0); dropped != 1 || len(passed.FDs) != 0 || s.List(api) != nil {
		t.Errorf("%d dropped, passed %v", dropped, passed.Names)
	}
}

// However much is sent, the other half of the files that may be open is there for the manager.
func TestStoreLeavesRoom(t *testing.T) {
	s := newShop(t)
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	const most = 100
	limit := old
	limit.Cur = most
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
			t.Error(err)
		}
	}()
	event, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(event)
	var refused error
	for n := 0; n < 1000; n++ {
		fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
		if err != nil {
			t.Fatalf("after %d: %v", n, err)
		}
		if err := s.Add(Owner{fmt.Sprint("app.", n%10), 0}, []int{fd}, "", true, 1000); err != nil {
			refused = err
		}
	}
	if !errors.Is(refused, ErrNoRoom) || !strings.Contains(refused.Error(), "50 of 100") {
		t.Errorf("refused: %v", refused)
	}
	var room []*os.File
	for range most/2 - maxBinned {
		file, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatalf("%d files could be opened: %v", len(room), err)
		}
		room = append(room, file)
	}
	for _, file := range room {
		file.Close()
	}
}

func TestStoreInherits(t *testing.T) {
	s := newShop(t)
	old, heir := Owner{"pool.web", 1}, Owner{"pool.web", 2}
	first, firstOther := end(t)
	second, secondOther := end(t)
	s.add(old, "first", true, first)
	s.add(old, "second", true, second)
	s.Inherit(heir, old)
	s.Inherit(heir, Owner{"pool.web", 3})
	s.Inherit(Owner{"pool.web", 4}, Owner{"pool.web", 3})
	third, _ := end(t)
	s.add(heir, "third", true, third)
	s.Inherit(heir, old) // it has something
	s.Remove(old, "second")
	if a, b := s.names(old), s.names(heir); a != "first" || b != "first second third" {
		t.Errorf("stored are %q and %q", a, b)
	}
	if _, err := secondOther.WriteString("x"); err != nil {
		t.Errorf("what the heir has is closed: %v", err)
	}
	firstOther.Close()
	eventually(t, "both have forgotten it", func() bool { return s.names(old) == "" && s.names(heir) == "second third" })
	if owners := s.Owners("pool.web"); !slices.Equal(owners, []Owner{heir}) {
		t.Errorf("owners are %v", owners)
	}
	s.Drop(heir)
	eventually(t, "the last one is closed", func() bool {
		_, err := secondOther.WriteString("x")
		return errors.Is(err, unix.EPIPE)
	})
}

// Programs store, remove, hang up and start at the same time, and nothing is left open.
func TestStoreInARace(t *testing.T) {
	s := newShop(t)
	owners := []Owner{api, {"pool.web", 1}, {"pool.web", 2}}
	var racing sync.WaitGroup
	for seed := range 4 {
		racing.Go(func() {
			chance := rand.New(rand.NewPCG(uint64(seed), 0))
			for range 300 {
				owner := owners[chance.IntN(len(owners))]
				switch chance.IntN(5) {
				case 0, 1:
					fd, other := end(t)
					s.add(owner, fmt.Sprint(chance.IntN(3)), chance.IntN(2) == 0, fd)
					if chance.IntN(2) == 0 {
						other.Close()
					}
				case 2:
					s.Remove(owner, fmt.Sprint(chance.IntN(3)))
				case 3:
					s.Drop(owner)
					s.Inherit(owner, owners[chance.IntN(len(owners))])
				case 4:
					passed, _ := s.Pass(owner, 100)
					for _, fd := range passed.FDs {
						if _, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0); err != nil {
							t.Errorf("fd %d: %v", fd, err)
						}
					}
					passed.Release()
				}
			}
		})
	}
	racing.Wait()
}

package syscalls

//go:generate go run ./generate

import (
	"slices"
	"strings"
)

// Set is a set of system calls. Its members are names of calls and of other sets.
type Set struct {
	Name, Description string
	Members           []string
}

type call struct {
	name   string
	number uint32
}

// Default is the set of those that every program needs; what may make none of them does not even start.
const Default = "@default"

// Names lists all sets and calls that there are.
func Names() []string {
	var names []string
	for _, s := range sets {
		names = append(names, s.Name)
	}
	for _, c := range numbers {
		names = append(names, c.name)
	}
	return append(names, elsewhere...)
}

// Known reports the name of a set or of a call, on whichever architecture there is one.
func Known(name string) bool {
	if strings.HasPrefix(name, "@") {
		return slices.ContainsFunc(sets, func(s Set) bool { return s.Name == name })
	}
	_, here := find(name)
	return here || slices.Contains(elsewhere, name)
}

// Numbers are those of a set or of a call on this architecture; none where it is one of others only.
func Numbers(name string) []uint32 {
	if !strings.HasPrefix(name, "@") {
		if n, here := find(name); here {
			return []uint32{n}
		}
		return nil
	}
	var all []uint32
	for _, s := range sets {
		if s.Name == name {
			for _, member := range s.Members {
				all = append(all, Numbers(member)...)
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// All are the numbers of all calls that the sets know of, whether they are in one or not. What came to Linux later is
// not among them.
func All() []uint32 {
	var all []uint32
	for _, c := range numbers {
		if !slices.Contains(newer, c.name) {
			all = append(all, c.number)
		}
	}
	slices.Sort(all)
	return all
}

// Select reads a list as SystemCallFilter= of systemd.exec(5) takes it. Of the calls in numbers those with true can be
// made and those with false cannot; others says whether all that are not among them can.
func Select(list []string) (numbers map[uint32]bool, others bool) {
	numbers = map[uint32]bool{}
	others = len(list) == 0 || strings.HasPrefix(list[0], "~")
	for _, item := range list {
		name, negated := strings.CutPrefix(item, "~")
		for _, n := range Numbers(name) {
			numbers[n] = !negated
		}
	}
	if !others {
		for _, n := range Numbers(Default) {
			numbers[n] = true
		}
	}
	return numbers, others
}

func find(name string) (uint32, bool) {
	i, found := slices.BinarySearchFunc(numbers, name, func(c call, name string) int { return strings.Compare(c.name, name) })
	if !found {
		return 0, false
	}
	return numbers[i].number, true
}

package syscalls

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestSets(t *testing.T) {
	has := func(set string, number uint32) bool { return slices.Contains(Numbers(set), number) }
	for _, test := range []struct {
		set    string
		number uint32
		in     bool
	}{
		{"@default", unix.SYS_EXECVE, true}, {"@default", unix.SYS_OPENAT, false}, {"@mount", unix.SYS_MOUNT, true},
		{"@system-service", unix.SYS_EXECVE, true}, {"@system-service", unix.SYS_OPENAT, true}, {"@system-service", unix.SYS_MOUNT, false},
		{"@system-service", unix.SYS_SOCKET, true}, {"@system-service", unix.SYS_CLONE3, true}, {"@system-service", unix.SYS_PTRACE, false},
		{"@privileged", unix.SYS_SETUID, true}, {"@privileged", unix.SYS_READ, false}, {"@nothing", unix.SYS_READ, false},
		{"read", unix.SYS_READ, true}, {"read", unix.SYS_WRITE, false}, {"nothing", unix.SYS_READ, false},
	} {
		if has(test.set, test.number) != test.in {
			t.Errorf("%s holds %d: %t", test.set, test.number, !test.in)
		}
	}
	for _, s := range sets {
		if !Known(s.Name) || len(s.Members) == 0 {
			t.Errorf("%s is empty", s.Name)
		}
		for _, member := range s.Members {
			if !Known(member) {
				t.Errorf("%s names %s, which is not known", s.Name, member)
			}
		}
	}
	if Known("@nothing") || Known("nothing") || !Known("mseal") || slices.Contains(All(), unix.SYS_MSEAL) {
		t.Error("what is known is not so")
	}
}

func TestFamilies(t *testing.T) {
	for _, name := range Families() {
		if _, known := Family(name); !known || !strings.HasPrefix(name, "AF_") {
			t.Errorf("%s is not known", name)
		}
	}
	if n, known := Family("AF_INET6"); n != unix.AF_INET6 || !known {
		t.Errorf("AF_INET6 is %d", n)
	}
	if _, known := Family("AF_NOTHING"); known {
		t.Error("AF_NOTHING is known")
	}
}

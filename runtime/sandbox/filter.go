package sandbox

import (
	"encoding/binary"
	"fmt"
	"strings"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"unitd/internal/script"
	"unitd/internal/syscalls"
)

// Filter says which system calls a program may make. What it may not make fails with EPERM; what is newer than the sets
// know, with ENOSYS, so that programs fall back to what was there before.
type Filter struct {
	// Calls are names of calls and sets, as in SystemCallFilter= of systemd.exec(5): only these where the first does not
	// begin with "~", and all but these where it does; later ones of the other kind take out. None: all calls.
	Calls []string
	// Families are those that socket(2) takes, as in RestrictAddressFamilies=: names, "~" before the first for all
	// others, "none". No elements: all.
	Families []string
	// LockPersonality keeps the execution domain as it is (personality(2)), as in LockPersonality=.
	LockPersonality bool
	// PlainTCP refuses the other ways to make a TCP connection, which Landlock does not look at (the protocols MPTCP and
	// SMC, TCP Fast Open): programs that try them first fall back to TCP.
	PlainTCP bool
}

// Empty reports a filter that lets everything through.
func (f Filter) Empty() bool {
	return len(f.Calls) == 0 && len(f.Families) == 0 && !f.LockPersonality && !f.PlainTCP
}

// What a filter answers with, see seccomp(2).
var (
	allow     = bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW}
	forbidden = bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(unix.EPERM)}
	noFamily  = bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(unix.EAFNOSUPPORT)}
	// What a kernel without a protocol, or without TCP Fast Open, answers.
	noProtocol  = bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(unix.EPROTONOSUPPORT)}
	noOperation = bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(unix.EOPNOTSUPP)}
	unknown     = bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)}
)

// Offsets in struct seccomp_data (seccomp(2)); of the first argument the lower half, as both architectures are little
// endian.
const (
	number       = 0
	architecture = 4
	argument     = 16
	wordSize     = 4
	argumentSize = 8
)

func load(offset uint32) bpf.LoadAbsolute { return bpf.LoadAbsolute{Off: offset, Size: wordSize} }

// Program is the filter as classic BPF. It is a list of spans of numbers, in ascending order, with what is answered to
// each.
func (f Filter) Program() []bpf.Instruction {
	program := []bpf.Instruction{
		load(architecture),
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: nativeArchitecture, SkipTrue: 1},
		forbidden, // what comes by way of another is nothing that the sets are about
		load(number),
	}
	return append(program, f.spans()...)
}

// highest is a number above all that there are.
const highest = 1024

// foreign is where the numbers of x32 begin, which the kernel takes for the same architecture as x86_64.
const foreign = 0x40000000

func (f Filter) spans() []bpf.Instruction {
	answers := f.answers()
	var program []bpf.Instruction
	for n := range answers {
		end := uint32(n + 1)
		switch {
		case n == highest-1:
			end = foreign
		case answers[n+1] == answers[n]:
			continue
		}
		block := []bpf.Instruction{answers[n].instruction()}
		switch answers[n] {
		case families:
			block = f.families()
		case personality:
			block = lockPersonality
		case flagsThird:
			block = noFastOpen(2)
		case flagsFourth:
			block = noFastOpen(3)
		}
		program = append(program, bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: end, SkipTrue: uint8(len(block))})
		program = append(program, block...)
	}
	return append(program, forbidden)
}

// answer is what follows from the number of a call.
type answer int

const (
	yes answer = iota
	no
	notKnown
	families    // it depends on the first argument
	personality // so does this
	flagsThird  // it depends on the flags of sending, which are the third argument
	flagsFourth // or the fourth
)

func (a answer) instruction() bpf.Instruction {
	switch a {
	case yes:
		return allow
	case notKnown:
		return unknown
	}
	return forbidden
}

// answers are those to all numbers.
func (f Filter) answers() (all [highest]answer) {
	selected, others := syscalls.Select(f.Calls)
	if !others {
		for n := range all {
			all[n] = notKnown
		}
		for _, n := range syscalls.All() {
			all[n] = no
		}
	}
	for n, can := range selected {
		all[n] = no
		if can {
			all[n] = yes
		}
	}
	also := func(n int, a answer, wanted bool) {
		if wanted && all[n] == yes {
			all[n] = a
		}
	}
	sockets := len(f.Families) > 0 || f.PlainTCP
	also(unix.SYS_SOCKET, families, sockets)
	also(unix.SYS_IO_URING_SETUP, no, sockets) // it makes sockets past any filter
	also(unix.SYS_SENDMSG, flagsThird, f.PlainTCP)
	also(unix.SYS_SENDTO, flagsFourth, f.PlainTCP)
	also(unix.SYS_SENDMMSG, flagsFourth, f.PlainTCP)
	also(unix.SYS_PERSONALITY, personality, f.LockPersonality)
	return all
}

// families compares the family of a socket, and its protocol.
func (f Filter) families() []bpf.Instruction {
	var block []bpf.Instruction
	if f.PlainTCP {
		const smc = 256 // IPPROTO_SMC
		block = append(block,
			load(argument+2*argumentSize),
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.IPPROTO_MPTCP, SkipTrue: 1}, bpf.JumpIf{Cond: bpf.JumpEqual, Val: smc, SkipFalse: 1}, noProtocol,
			load(argument), bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.AF_SMC, SkipFalse: 1}, noFamily)
	}
	if len(f.Families) == 0 {
		return append(block, allow)
	}
	_, except := strings.CutPrefix(f.Families[0], "~")
	listed, other := allow, noFamily
	if except {
		listed, other = noFamily, allow
	}
	block = append(block, load(argument))
	for _, name := range f.Families {
		if n, ok := syscalls.Family(strings.TrimPrefix(name, "~")); ok {
			block = append(block, bpf.JumpIf{Cond: bpf.JumpEqual, Val: n, SkipFalse: 1}, listed)
		}
	}
	return append(block, other)
}

// noFastOpen refuses to connect by sending, which Landlock does not look at either.
func noFastOpen(flags uint32) []bpf.Instruction {
	return []bpf.Instruction{
		load(argument + flags*argumentSize),
		bpf.JumpIf{Cond: bpf.JumpBitsSet, Val: unix.MSG_FASTOPEN, SkipFalse: 1}, noOperation, allow,
	}
}

// lockPersonality lets a program ask for its execution domain and set the one that it has.
var lockPersonality = []bpf.Instruction{
	load(argument),
	bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0xffffffff, SkipTrue: 1},
	bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0, SkipFalse: 1}, // PER_LINUX
	allow,
	forbidden,
}

// Apply sets the filter. Whatever follows is subject to it.
func (f Filter) Apply(s *script.Script) error {
	program, err := bpf.Assemble(f.Program())
	if err != nil {
		return fmt.Errorf("assemble the filter of system calls: %w", err)
	}
	var code []byte // an array of struct sock_filter
	for _, i := range program {
		code = binary.LittleEndian.AppendUint16(code, i.Op)
		code = append(code, i.Jt, i.Jf)
		code = binary.LittleEndian.AppendUint32(code, i.K)
	}
	words, shown := f.words(), fmt.Sprintf("%d instructions", len(program))
	s.Do(words, "seccomp", unix.SYS_SECCOMP, script.Named("SET_MODE_FILTER", unix.SECCOMP_SET_MODE_FILTER), script.Number(0), script.Counted(shown, len(program), code))
	return nil
}

// words name what the filter is for.
func (f Filter) words() string {
	var names []string
	if len(f.Calls) > 0 {
		names = append(names, "seccomp")
	}
	if len(f.Families) > 0 {
		names = append(names, "restrict_address_families")
	}
	if f.LockPersonality {
		names = append(names, "lock_personality")
	}
	if f.PlainTCP {
		names = append(names, "landlock connect_tcp")
	}
	return "set the filter of " + strings.Join(names, ", ")
}

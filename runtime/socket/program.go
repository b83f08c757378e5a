package socket

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// fromNetwork makes an absolute load count from the network header: SKF_NET_OFF of linux/filter.h. Without it
// loads count from the payload, since the kernel has pulled the TCP header before it runs the program.
const fromNetwork = 0xfff00000

// Offsets in the headers: RFC 791 section 3.1, RFC 8200 section 3.
const (
	ip4Source   = fromNetwork + 12
	ip6Class    = fromNetwork + 0 // version 4 bits, traffic class 8 bits, then flow label
	ip6HopLimit = fromNetwork + 7
	ip6Source   = fromNetwork + 8

	protocolIPv4 = 0x0800 // ETH_P_IP
)

// program is what the kernel runs for each new connection to a group: it returns the index of the socket that
// gets it. An index that does not exist makes the kernel spread by hash over all sockets, so each path through
// the program ends in an index that does.
type program struct {
	address Address
	mark    mark
	index   []int // by slot: its place in the kernel's table; -1: not in it
	targets []int // slots that new connections are spread over; none: the manager's own socket gets them
}

// instructions compiles p.
//
// Chance (SKF_AD_RANDOM), not the connection's hash or the CPU, chooses among the targets. On one CPU, which is
// what a shared host gives, choosing by CPU would be no choice; and a SYN that found its worker's queue full
// comes again a second later and gets another draw, where a hash would send it into the same full queue each
// time. The spread is as even as that of a hash: each target gets its share within about the square root of it.
func (p program) instructions() []bpf.Instruction {
	spread := p.spread()
	if p.mark.isZero() {
		return spread
	}
	if !p.address.hasIPv4() {
		return append(p.marked6(), spread...)
	}
	marked := p.marked4()
	if p.address.dual {
		marked = append([]bpf.Instruction{
			bpf.LoadExtension{Num: bpf.ExtProto},
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: protocolIPv4, SkipTrue: 1},
			bpf.Jump{Skip: uint32(len(marked))},
		}, marked...)
	}
	return append(marked, spread...)
}

// spread sends a connection to one of the targets by chance.
func (p program) spread() []bpf.Instruction {
	if len(p.targets) == 0 {
		return []bpf.Instruction{bpf.RetConstant{Val: ownIndex}}
	}
	last := len(p.targets) - 1
	out := []bpf.Instruction{
		bpf.LoadExtension{Num: bpf.ExtRand},
		bpf.ALUOpConstant{Op: bpf.ALUOpMod, Val: uint32(len(p.targets))},
	}
	for drawn, slot := range p.targets[:last] {
		out = append(out,
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(drawn), SkipFalse: 1},
			bpf.RetConstant{Val: uint32(p.index[slot])})
	}
	return append(out, bpf.RetConstant{Val: uint32(p.index[p.targets[last]])})
}

// marked4 sends a connection from the prefix of the group, 127.P.Q.SLOT+1, to SLOT. Loopback addresses never
// come from outside: the kernel drops them as martians.
func (p program) marked4() []bpf.Instruction {
	first := p.mark.source(0).As4()
	return append([]bpf.Instruction{
		bpf.LoadAbsolute{Off: ip4Source, Size: 4},
		bpf.ALUOpConstant{Op: bpf.ALUOpSub, Val: binary.BigEndian.Uint32(first[:])},
	}, p.toSlot()...)
}

// marked6 sends a connection from this very address, with the traffic class of the group and a hop limit of
// firstHopLimit + SLOT, to SLOT. IPv6 has one loopback address only, and hosts have few others.
func (p program) marked6() []bpf.Instruction {
	words := p.address.tcp.Addr().As16()
	var checks []bpf.Instruction
	for at := range 4 {
		checks = append(checks,
			bpf.LoadAbsolute{Off: uint32(ip6Source + 4*at), Size: 4},
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: binary.BigEndian.Uint32(words[4*at:]), SkipTrue: 1},
			bpf.Jump{}) // out of this section; how far is known below
	}
	checks = append(checks,
		bpf.LoadAbsolute{Off: ip6Class, Size: 2},
		bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: 0x0fc0}, // without the two bits of congestion notification
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(p.mark.class) << 4, SkipTrue: 1},
		bpf.Jump{})
	found := append([]bpf.Instruction{
		bpf.LoadAbsolute{Off: ip6HopLimit, Size: 1},
		bpf.ALUOpConstant{Op: bpf.ALUOpSub, Val: firstHopLimit},
	}, p.toSlot()...)
	for at, instruction := range checks {
		if _, isExit := instruction.(bpf.Jump); isExit {
			checks[at] = bpf.Jump{Skip: uint32(len(checks) + len(found) - at - 1)}
		}
	}
	return append(checks, found...)
}

// toSlot returns the index of the slot whose number was loaded, and goes on behind itself for what is no slot.
func (p program) toSlot() []bpf.Instruction {
	var moved []bpf.Instruction
	for slot, index := range p.index {
		switch {
		case index >= 0:
		case len(p.targets) == 0:
			index = ownIndex
		default:
			index = p.index[p.targets[0]]
		}
		if index != slot {
			moved = append(moved,
				bpf.JumpIf{Cond: bpf.JumpEqual, Val: uint32(slot), SkipFalse: 1},
				bpf.RetConstant{Val: uint32(index)})
		}
	}
	moved = append(moved, bpf.RetA{})
	return append([]bpf.Instruction{
		bpf.JumpIf{Cond: bpf.JumpLessThan, Val: uint32(len(p.index)), SkipTrue: 1},
		bpf.Jump{Skip: uint32(len(moved))},
	}, moved...)
}

// attach makes p the program of the group that fd belongs to, in the place of the one before, at once for all
// sockets, see SO_ATTACH_REUSEPORT_CBPF in socket(7).
func (p program) attach(fd int) error {
	raw, err := bpf.Assemble(p.instructions())
	if err != nil {
		return fmt.Errorf("assemble the steering program: %w", err)
	}
	filters := make([]unix.SockFilter, len(raw))
	for i, instruction := range raw {
		filters[i] = unix.SockFilter{Code: instruction.Op, Jt: instruction.Jt, Jf: instruction.Jf, K: instruction.K}
	}
	fprog := unix.SockFprog{Len: uint16(len(filters)), Filter: &filters[0]}
	return os.NewSyscallError("attach the steering program",
		unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_REUSEPORT_CBPF, &fprog))
}

// mark is how a connection that unitd makes says which slot it is for. The zero mark marks nothing.
type mark struct {
	prefix [2]byte // P and Q of the IPv4 source addresses 127.P.Q.SLOT+1
	class  uint8   // IPv6 traffic class; its two lowest bits are 0
}

// firstHopLimit is the hop limit that means slot 0. Ordinary clients of this host send 64.
const firstHopLimit = 128

func (m mark) isZero() bool { return m == mark{} }

// source is the IPv4 address that connections for slot come from.
func (m mark) source(slot int) netip.Addr {
	return netip.AddrFrom4([4]byte{127, m.prefix[0], m.prefix[1], byte(slot + 1)})
}

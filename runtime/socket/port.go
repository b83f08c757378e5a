package socket

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Where ports are looked for. The kernel gives those of net.ipv4.ip_local_port_range to connections, so that one of
// them may be taken at any moment; below it people choose theirs.
const (
	lowestPort  = 20000
	highestPort = 65535
	ranges      = "/proc/sys/net/ipv4/ip_local_port_range"
)

// portTries is how many ports are tried until there seem to be none.
const portTries = 1000

// FreePort chooses a port that nobody on this host listens on, or has a connection from, by IPv4 or IPv6, and that
// is not taken already as far as taken knows. It is free only as long as nobody takes it: look with ListenerOf who
// did.
func FreePort(taken func(port int) bool) (int, error) {
	low, high := portRange()
	for range portTries {
		port := low + rand.IntN(high-low+1)
		if !taken(port) && IsFree(port) {
			return port, nil
		}
	}
	return 0, fmt.Errorf("find a free port from %d to %d: %d tries have failed", low, high, portTries)
}

// portRange is the larger of the ranges above and below that of the kernel, or all, where neither is worth it.
func portRange() (low, high int) {
	text, err := os.ReadFile(ranges)
	fields := strings.Fields(string(text))
	if err != nil || len(fields) != 2 {
		return lowestPort, highestPort
	}
	first, errFirst := strconv.Atoi(fields[0])
	last, errLast := strconv.Atoi(fields[1])
	if errFirst != nil || errLast != nil {
		return lowestPort, highestPort
	}
	return portsBeside(first, last)
}

// fewestPorts is how many ports a range has to have.
const fewestPorts = 1000

func portsBeside(first, last int) (low, high int) {
	below, above := first-lowestPort, highestPort-last
	switch {
	case above >= below && above >= fewestPorts:
		return last + 1, highestPort
	case below >= fewestPorts:
		return lowestPort, first - 1
	}
	return lowestPort, highestPort
}

// IsFree tells whether nobody has the port, at whatever address of this host. A program that does not set
// SO_REUSEADDR can have it too.
func IsFree(port int) bool {
	err := tryPort(netip.AddrPortFrom(netip.IPv6Unspecified(), uint16(port)), true)
	if errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EADDRNOTAVAIL) {
		err = tryPort(netip.AddrPortFrom(netip.IPv4Unspecified(), uint16(port)), false)
	}
	return err == nil
}

func tryPort(at netip.AddrPort, dual bool) error {
	family, name := sockaddr(at)
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return err
	}
	defer unix.Close(fd) //nolint:errcheck // nothing was written to it
	if err := setFamily(fd, family, dual); err != nil {
		return err
	}
	return unix.Bind(fd, name)
}

// ListenerOf is the account that would get a connection to an address of this host, or false where nobody listens
// there.
func ListenerOf(at netip.AddrPort) (uid int, listens bool, err error) {
	nobody := netip.AddrPortFrom(netip.IPv4Unspecified(), 0)
	if at.Addr().Is6() {
		nobody = netip.AddrPortFrom(netip.IPv6Unspecified(), 0)
	}
	found, err := lookUp(at, nobody)
	if err != nil {
		return listenerIn("/proc", at)
	}
	return int(found.uid), found.state == tcpListen, nil
}

// listenerIn is ListenerOf by the slower way, for hosts that do not answer the question.
func listenerIn(proc string, at netip.AddrPort) (uid int, listens bool, err error) {
	if _, err := os.Stat(filepath.Join(proc, "net", "tcp")); err != nil {
		return 0, false, fmt.Errorf("find out who listens at %s: %w", at, err)
	}
	for _, table := range []string{"tcp", "tcp6"} {
		eachLine(filepath.Join(proc, "net", table), func(fields []string) bool {
			if len(fields) < 8 || fields[3] != listenState {
				return true
			}
			local, ok := parseSocketAddr(fields[1])
			if ok && local.Port() == at.Port() && covers(local.Addr(), at.Addr()) {
				uid, err = strconv.Atoi(fields[7])
				listens = err == nil
			}
			return !listens
		})
		if listens {
			break
		}
	}
	return uid, listens, nil
}

// covers tells whether a listener gets connections to an address. One at :: may take IPv4 too, which the table does
// not tell.
func covers(local, at netip.Addr) bool {
	return local == at || local.IsUnspecified() && (local.Is6() || at.Is4())
}

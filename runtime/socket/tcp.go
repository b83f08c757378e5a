package socket

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// bindTCP makes a TCP socket, lets prepare set more options, and binds it to a. A dual address is bound to
// IPv4 alone on a host without IPv6. SO_REUSEADDR lets a start follow a stop at once, in spite of connections
// in TIME_WAIT; on Linux it does not let two listeners share an address, see socket(7).
//
// Its connections inherit TCP_NODELAY, see tcp(7). Servers set that by themselves where they know that a socket is
// TCP; one that was handed over by number need not know (uvicorn --fd does not), and then an answer in two writes on
// a connection that is kept waits 40 ms for the client's acknowledgement of the first.
func bindTCP(a Address, prepare func(fd int) error) (int, error) {
	fd, err := bindTo(a.tcp, a.dual, prepare)
	if a.dual && (errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EADDRNOTAVAIL)) {
		return bindTo(netip.AddrPortFrom(netip.IPv4Unspecified(), a.tcp.Port()), false, prepare)
	}
	return fd, err
}

func bindTo(at netip.AddrPort, dual bool, prepare func(fd int) error) (int, error) {
	family, name := sockaddr(at)
	// IPPROTO_TCP, not MPTCP: landlock's rule for binding TCP ports does not see MPTCP sockets.
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	if err != nil {
		return -1, fmt.Errorf("socket: %w", err)
	}
	err = errors.Join(
		setOption(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1),
		setOption(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1),
		setFamily(fd, family, dual),
		prepare(fd),
	)
	if err == nil {
		err = unix.Bind(fd, name)
	}
	if err != nil {
		unix.Close(fd) //nolint:errcheck // nothing was written to it
		return -1, err
	}
	return fd, nil
}

// setFamily says whether an IPv6 socket takes IPv4 too; left alone, net.ipv6.bindv6only would decide.
func setFamily(fd, family int, dual bool) error {
	if family != unix.AF_INET6 {
		return nil
	}
	only := 1
	if dual {
		only = 0
	}
	return setOption(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, only)
}

func sockaddr(at netip.AddrPort) (family int, name unix.Sockaddr) {
	if at.Addr().Is4() {
		return unix.AF_INET, &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}
	}
	return unix.AF_INET6, &unix.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16()}
}

func setOption(fd, level, option, value int) error {
	return os.NewSyscallError("setsockopt", unix.SetsockoptInt(fd, level, option, value))
}

// explainBind turns the error of binding a for unit into one that says who is in the way or what to do.
func explainBind(unit string, a Address, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EADDRINUSE):
		return &InUseError{Unit: unit, Address: a, Holder: HolderOf(a)}
	case errors.Is(err, unix.EACCES) && !a.IsUnix():
		first := firstUnprivilegedPort()
		return fmt.Errorf("bind %s: %s: ports below %d need root; choose one from %d up: %w", unit, a, first, first, err)
	case errors.Is(err, unix.EADDRNOTAVAIL):
		return fmt.Errorf("bind %s: %s: this host has no such address; choose one that `ip address` shows: %w", unit, a, err)
	}
	return fmt.Errorf("bind %s: %s: %w", unit, a, err)
}

// firstUnprivilegedPort is 1024, or what the host's administrator set, see ip_unprivileged_port_start in the
// kernel's ip-sysctl.
func firstUnprivilegedPort() int {
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start")
	if err != nil {
		return 1024
	}
	port, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 1024
	}
	return port
}

// InUseError says that an address is taken and by whom. It is syscall.EADDRINUSE to errors.Is.
type InUseError struct {
	Unit    string // that wanted the address
	Address Address
	Holder  Holder
}

func (e *InUseError) Error() string {
	if of, _, _ := strings.Cut(e.Holder.Unit, "/"); of == e.Unit {
		return fmt.Sprintf("bind %s: %s is in use by a stray of this unit, pid %d (%s)", e.Unit, e.Address, e.Holder.PID, e.Holder.Command)
	}
	return fmt.Sprintf("bind %s: %s is in use by %s", e.Unit, e.Address, e.Holder)
}

// Unwrap is syscall.EADDRINUSE.
func (e *InUseError) Unwrap() error { return syscall.EADDRINUSE }

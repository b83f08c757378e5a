package socket

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"
)

// maxPath is the longest path of a Unix socket: sun_path holds 108 bytes with the last NUL, see unix(7).
const maxPath = 107

// Address is where a socket listens: a TCP address and port, or the path of a Unix socket.
// The zero Address is no address; get one from [Parse].
type Address struct {
	tcp  netip.AddrPort // Unix: the zero value
	dual bool           // ":8001" and "[::]:8001": IPv4 and IPv6
	path string         // TCP: ""
}

// Parse reads the address of a listen block: "127.0.0.1:8001", "[::1]:8001", "localhost:8001",
// ":8001" (every address of the host, IPv4 and IPv6) or "unix:PATH". A PATH that begins with ~/ counts
// from home, a relative one from relativeTo; both are absolute directories.
//
// Ports are 1 to 65535. Host names other than localhost, zones, abstract Unix sockets (any account may
// take their names) and paths over 107 bytes are errors.
func Parse(address, relativeTo, home string) (Address, error) {
	var a Address
	var err error
	switch path, isUnix := strings.CutPrefix(address, "unix:"); {
	case isUnix:
		a, err = parsePath(path, relativeTo, home)
	case strings.HasPrefix(address, "udp:"):
		err = fmt.Errorf("udp is reserved for a later version; use HOST:PORT or unix:PATH")
	default:
		a, err = parseTCP(address)
	}
	if err != nil {
		return Address{}, fmt.Errorf("parse address %q: %w", address, err)
	}
	return a, nil
}

func parsePath(path, relativeTo, home string) (Address, error) {
	switch {
	case path == "":
		return Address{}, fmt.Errorf("the path is missing; write unix:PATH")
	case path[0] == '@':
		return Address{}, fmt.Errorf("an abstract socket has no owner and no mode; give a path")
	case strings.ContainsRune(path, 0):
		return Address{}, fmt.Errorf("a path holds no NUL byte")
	case strings.HasPrefix(path, "~/"):
		path = filepath.Join(home, path[2:])
	case !filepath.IsAbs(path):
		path = filepath.Join(relativeTo, path)
	}
	path = filepath.Clean(path)
	if len(path) > maxPath {
		return Address{}, fmt.Errorf("%s is %d bytes long and a socket path has at most %d; choose a shorter one", path, len(path), maxPath)
	}
	return Address{path: path}, nil
}

func parseTCP(address string) (Address, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return Address{}, fmt.Errorf("want HOST:PORT, [IPV6]:PORT, :PORT or unix:PATH")
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 {
		return Address{}, fmt.Errorf("want a port from 1 to 65535, not %q", portText)
	}
	switch host {
	case "":
		return Address{tcp: netip.AddrPortFrom(netip.IPv6Unspecified(), uint16(port)), dual: true}, nil
	case "localhost":
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return Address{}, fmt.Errorf("want an IP address of this host or localhost, not %q", host)
	}
	if ip.Zone() != "" {
		return Address{}, fmt.Errorf("zones are not supported; listen on [::]:%d or on another address", port)
	}
	ip = ip.Unmap()
	return Address{tcp: netip.AddrPortFrom(ip, uint16(port)), dual: ip == netip.IPv6Unspecified()}, nil
}

// IsUnix tells whether a is the path of a Unix socket.
func (a Address) IsUnix() bool { return a.path != "" }

// Path is the absolute path of a Unix socket, "" for TCP.
func (a Address) Path() string { return a.path }

// Public tells whether others than this host can reach a: a TCP address that is not loopback, the
// wildcards included.
func (a Address) Public() bool { return !a.IsUnix() && !a.tcp.Addr().IsLoopback() }

// String is a as a unit file writes it: "127.0.0.1:8001", "[::1]:8001", ":8001", "unix:/run/app.sock".
func (a Address) String() string {
	switch {
	case a.IsUnix():
		return "unix:" + a.path
	case a.dual:
		return ":" + strconv.Itoa(int(a.tcp.Port()))
	}
	return a.tcp.String()
}

// Target is the network ("tcp" or "unix") and the address that a client on this host connects to:
// a wildcard is reached through loopback.
func (a Address) Target() (network, address string) {
	if a.IsUnix() {
		return "unix", a.path
	}
	ip := a.tcp.Addr()
	if ip.IsUnspecified() {
		ip = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	}
	return "tcp", netip.AddrPortFrom(ip, a.tcp.Port()).String()
}

// hasIPv4 tells whether clients may come by IPv4.
func (a Address) hasIPv4() bool { return a.dual || a.tcp.Addr().Is4() }

package socket

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"testing"
)

func TestFreePort(t *testing.T) {
	port, err := FreePort(func(int) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	if port, err := FreePort(func(int) bool { return true }); err == nil {
		t.Errorf("got port %d although all are taken", port)
	}
	for _, at := range []string{"127.0.0.1", "0.0.0.0", "::1", "::"} {
		l, err := net.Listen("tcp", net.JoinHostPort(at, fmt.Sprint(port)))
		if err != nil {
			t.Skipf("listen at %s: %v", at, err) // no IPv6
		}
		if IsFree(port) {
			t.Errorf("port %d is called free while somebody listens at %s", port, at)
		}
		l.Close()
		if !IsFree(port) {
			t.Errorf("port %d is not free after somebody has listened at %s", port, at)
		}
	}
}

func TestPortsBesideThoseOfConnections(t *testing.T) {
	for _, c := range []struct{ first, last, low, high int }{
		{32768, 60999, 20000, 32767},
		{15000, 60999, 61000, 65535},
		{32768, 65535, 20000, 32767},
		{1024, 65535, 20000, 65535},
		{20500, 65000, 20000, 65535},
	} {
		if low, high := portsBeside(c.first, c.last); low != c.low || high != c.high {
			t.Errorf("beside %d to %d: %d to %d, want %d to %d", c.first, c.last, low, high, c.low, c.high)
		}
	}
}

func TestListenerOf(t *testing.T) {
	port, err := FreePort(func(int) bool { return false })
	if err != nil {
		t.Fatal(err)
	}
	four, six := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("::1")
	ask := func(ip netip.Addr) bool {
		t.Helper()
		at := netip.AddrPortFrom(ip, uint16(port))
		uid, listens, err := ListenerOf(at)
		if err != nil || listens && uid != os.Getuid() {
			t.Errorf("%s: account %d, %v", at, uid, err)
		}
		slowUID, slow, err := listenerIn("/proc", at)
		if err != nil || slow && slowUID != os.Getuid() {
			t.Errorf("%s by /proc: account %d, %v", at, slowUID, err)
		}
		// The table does not tell whether a socket of IPv6 takes IPv4 too.
		if slow != listens && !(slow && ip == four) {
			t.Errorf("%s: listens %v, by /proc %v", at, listens, slow)
		}
		return listens
	}
	for _, c := range []struct {
		network, at string
		four, six   bool
	}{
		{"tcp", "127.0.0.1", true, false},
		{"tcp4", "0.0.0.0", true, false},
		{"tcp", "::1", false, true},
		{"tcp", "::", true, true},
		{"tcp6", "::", false, true},
	} {
		if ask(four) || ask(six) {
			t.Fatal("somebody listens already")
		}
		l, err := net.Listen(c.network, net.JoinHostPort(c.at, fmt.Sprint(port)))
		if err != nil {
			t.Skipf("listen at %s: %v", c.at, err) // no IPv6
		}
		if ask(four) != c.four || ask(six) != c.six {
			t.Errorf("%s %s: found by IPv4 %v, by IPv6 %v; want %v and %v", c.network, c.at, ask(four), ask(six), c.four, c.six)
		}
		l.Close()
	}
}

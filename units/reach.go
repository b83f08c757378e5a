package units

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// Reaches is the listener among those of its own unit that a check is aimed at: the one that `path` goes through, or
// that stands at the place `url` or `address` names. False: at none of them, or nobody can tell, as with a command.
//
// A pool has to know: what goes to its address by itself reaches whichever worker is ready, or the answer that the
// manager gives while none is. Such a check is made past that, at the worker it is about.
//
// Hosts are told by IP address and as localhost, since other names depend on when they are looked up; 0.0.0.0 and ::
// stand for loopback, as for connect(2). A wildcard listener has all of loopback; which other addresses are this
// host's is not known here.
func (h Health) Reaches(listen ...Listen) (Listen, bool) {
	if h.Path != "" {
		for _, l := range listen {
			if h.Listen == "" || l.Name == h.Listen {
				return l, true
			}
		}
		return Listen{}, false
	}
	host, port, ok := h.aim()
	if !ok {
		return Listen{}, false
	}
	for _, l := range listen {
		if l.at(host, port) {
			return l, true
		}
	}
	return Listen{}, false
}

// aim is the host and port that `url` or `address` connects to.
func (h Health) aim() (host, port string, ok bool) {
	if h.URL == "" {
		return cutPort(h.Address)
	}
	u, err := url.Parse(h.URL)
	if err != nil {
		return "", "", false
	}
	host, port = u.Hostname(), u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return host, port, true
}

// at reports whether who connects to host and port comes to the listener.
func (l Listen) at(host, port string) bool {
	bound, err := netip.ParseAddrPort(l.Address)
	if err != nil {
		return false // a Unix socket
	}
	if strings.EqualFold(host, "localhost") {
		return l.at("127.0.0.1", port) || l.at("::1", port)
	}
	aim, err := netip.ParseAddr(host)
	if err != nil || port != strconv.Itoa(int(bound.Port())) {
		return false
	}
	aim = aim.Unmap()
	switch aim {
	case netip.IPv4Unspecified():
		aim = netip.AddrFrom4([4]byte{127, 0, 0, 1})
	case netip.IPv6Unspecified():
		aim = netip.IPv6Loopback()
	}
	wild := bound.Addr().IsUnspecified() && (bound.Addr().Is6() || aim.Is4()) // [::] takes IPv4, too
	return bound.Addr() == aim || wild && aim.IsLoopback()
}

package webserver

import (
	"errors"
	"fmt"
	"strings"
)

// Target is who gets the requests.
type Target struct {
	// Unit is what people call it, for the comments.
	Unit string
	// Address is where it listens, as in a listen block: "127.0.0.1:8001" or "unix:/home/shop/run/api.sock".
	Address string
	// Host is the name of the site: "shop.example".
	Host string
}

// Check says what of a target cannot be written down.
func (t Target) Check() error {
	if t.Host == "" || strings.ContainsFunc(t.Host, func(r rune) bool {
		return !(r == '.' || r == '-' || r == '*' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	}) {
		return fmt.Errorf("%q is no name of a site: write one such as shop.example", t.Host)
	}
	path, unix := t.socket()
	switch {
	case !unix && !strings.Contains(t.Address, ":"):
		return fmt.Errorf("%q is no address", t.Address)
	case unix && strings.ContainsAny(path, " \t\r\n\"'\\$|;{}%"):
		return fmt.Errorf("a web server cannot be told of the socket %q: take a path of plain letters", path)
	case unix && !strings.HasPrefix(path, "/"):
		return errors.New("the path of the socket is not absolute")
	}
	return nil
}

// socket is the path of a Unix socket.
func (t Target) socket() (path string, unix bool) { return strings.CutPrefix(t.Address, "unix:") }

// reachable is the address as a client on this host writes it: not that of all interfaces.
func (t Target) reachable() string {
	for _, all := range []string{"0.0.0.0:", "[::]:", "*:", ":"} {
		if port, ok := strings.CutPrefix(t.Address, all); ok {
			return "127.0.0.1:" + port
		}
	}
	return t.Address
}

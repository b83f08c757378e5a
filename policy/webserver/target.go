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
	// Hooks are webhooks that come in front of the unit. With no Address of the unit there are only they.
	Hooks []Hook
}

// Hook is the webhook of a pipeline: what comes to Path, and to the status of runs below it, goes to Address.
type Hook struct{ Unit, Address, Path string }

// Check says what of a target cannot be written down.
func (t Target) Check() error {
	if t.Host == "" || strings.ContainsFunc(t.Host, func(r rune) bool {
		return !plain(r) && !strings.ContainsRune(".-*", r)
	}) {
		return fmt.Errorf("%q is no name of a site: write one such as shop.example", t.Host)
	}
	if t.Address == "" && len(t.Hooks) == 0 {
		return errors.New("there is nothing to pass requests on to")
	}
	for _, hook := range t.Hooks {
		if !strings.HasPrefix(hook.Path, "/") || strings.ContainsFunc(hook.Path, func(r rune) bool { return !plain(r) && !strings.ContainsRune("._~/-", r) }) {
			return fmt.Errorf("a web server cannot be told of the path %q", hook.Path)
		}
		if err := checkAddress(hook.Address); err != nil {
			return err
		}
	}
	if t.Address == "" {
		return nil
	}
	return checkAddress(t.Address)
}

func plain(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

func checkAddress(address string) error {
	path, unix := socket(address)
	switch {
	case !unix && !strings.Contains(address, ":"):
		return fmt.Errorf("%q is no address", address)
	case unix && strings.ContainsAny(path, " \t\r\n\"'\\$|;{}%"):
		return fmt.Errorf("a web server cannot be told of the socket %q: take a path of plain letters", path)
	case unix && !strings.HasPrefix(path, "/"):
		return errors.New("the path of the socket is not absolute")
	}
	return nil
}

// socket is the path of a Unix socket.
func socket(address string) (path string, unix bool) { return strings.CutPrefix(address, "unix:") }

// reachable is the address as a client on this host writes it: not that of all interfaces.
func reachable(address string) string {
	for _, all := range []string{"0.0.0.0:", "[::]:", "*:", ":"} {
		if port, ok := strings.CutPrefix(address, all); ok {
			return "127.0.0.1:" + port
		}
	}
	return address
}

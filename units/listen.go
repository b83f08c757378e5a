package units

import (
	"errors"
	"fmt"
	"net/netip"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// Listen is one listening socket that the manager opens.
type Listen struct {
	Name      string
	Address   string // "127.0.0.1:8001", "unix:/absolute/path"
	Backlog   int
	Mode      uint32 // Unix sockets
	Group     string // Unix sockets; "": the user's own
	Public    bool
	PerWorker bool // pools: one socket per worker in a reuseport group
}

// SameSocket reports that both are the same sockets to the kernel. What else differs can change while these are open.
func (l Listen) SameSocket(other Listen) bool {
	return l.Address == other.Address && l.PerWorker == other.PerWorker
}

// HasSocket reports that one of several is served by the same sockets.
func HasSocket(all []Listen, one Listen) bool { return slices.ContainsFunc(all, one.SameSocket) }

// reshaped reports an address at which other sockets are needed than before. They cannot be open beside each other.
func reshaped(old, next []Listen) bool {
	return slices.ContainsFunc(next, func(n Listen) bool {
		return slices.ContainsFunc(old, func(o Listen) bool { return o.Address == n.Address && !o.SameSocket(n) })
	})
}

// unixPrefix marks the address of a Unix socket.
const unixPrefix = "unix:"

// maxUnixPath is the longest path of a Unix socket: sun_path of unix(7) without its NUL.
const maxUnixPath = 107

// accepting says who accepts on a listener.
type accepting int

const (
	ofApp           accepting = iota // one program
	sharedByWorkers                  // a pool's, each on a socket of its own or all on one
	servedByManager                  // a pool's proxy
)

// listeners reads the listen blocks of an app or a pool.
func (b *body) listeners(in accepting, directory string) []Listen {
	var all []Listen
	b.each("listen", func(inner *body, name string) {
		all = append(all, inner.listen(name, in, directory))
	})
	return all
}

func (b *body) listen(name string, in accepting, directory string) Listen {
	l := Listen{Name: name}
	b.require("address", "Write address = \"127.0.0.1:8001\", or \"unix:~/run/"+name+".sock\".")
	l.Address = b.listenAddress("address", directory)
	l.Backlog = b.number("backlog", 1024, 1, 65535)
	l.Mode = b.mode("mode", 0o600)
	l.Group = b.text("group", "")
	l.Public = b.flag("public", false)
	unix := strings.HasPrefix(l.Address, unixPrefix)
	if in != ofApp {
		l.PerWorker = b.flag("per_worker", !unix && in == sharedByWorkers)
		a, ok := b.attr("per_worker")
		switch {
		case !ok || !l.PerWorker:
		case in == servedByManager:
			b.error(a.at, "per_worker in a pool with dispatch = \"proxy\"", "There unitd accepts all connections; leave it out.")
		case unix:
			b.error(a.at, "per_worker with a Unix socket", "Only TCP sockets can form a group; leave it out.")
		}
	}
	if l.Address == "" {
		return l
	}
	for _, only := range []string{"mode", "group"} {
		if a, ok := b.attr(only); ok && !unix {
			b.error(a.at, only+" with a TCP address", "Only Unix sockets have one.")
		}
	}
	if a, ok := b.attr("group"); ok && unix && l.Group != "" {
		if err := b.names.host.CheckGroup(l.Group); err != nil {
			b.atStart(a.expr.Range(), err.Error(), failsStart)
		}
	}
	if a, ok := b.attr("address"); ok && !unix && !l.Public && !loopback(l.Address) {
		b.error(a.expr.Range(), "address "+l.Address+" is reachable from other hosts", "Where that is meant add public = true; else use 127.0.0.1.")
	}
	return l
}

func loopback(address string) bool {
	ap, err := netip.ParseAddrPort(address)
	return err == nil && ap.Addr().IsLoopback()
}

// listenAddress reads an address to listen on and makes it canonical: IP:PORT, or unix: and an absolute path.
func (b *body) listenAddress(name, directory string) string {
	text, a, ok := b.filled(name)
	if !ok {
		return ""
	}
	if directory == "" {
		directory = a.scope.directory()
	}
	address, err := parseListen(text, directory, b.home)
	if err != nil {
		b.error(a.expr.Range(), err.Error(), listenHint(text))
		return ""
	}
	return address
}

func listenHint(text string) string {
	switch host, port, ok := cutPort(text); {
	case strings.HasPrefix(text, unixPrefix+"@"):
		return "Nothing says who may connect to one. Write a path: \"unix:~/run/app.sock\"."
	case strings.HasPrefix(text, unixPrefix) || strings.HasPrefix(text, "udp:"):
		return "Write \"unix:~/run/app.sock\", or a TCP address such as \"127.0.0.1:8001\"."
	case strings.HasPrefix(text, "/") || strings.HasPrefix(text, "~/"):
		return "For a Unix socket write \"unix:" + text + "\"."
	case ok && (host == "" || host == "*"):
		return "For all interfaces write \"0.0.0.0:" + port + "\" and public = true."
	}
	return "Write \"127.0.0.1:8001\", \"[::1]:8001\" or \"unix:~/run/app.sock\"."
}

func parseListen(text, directory, home string) (string, error) {
	if name, ok := strings.CutPrefix(text, unixPrefix); ok {
		if err := checkPath(name); err != nil {
			return "", fmt.Errorf("address: %w", err)
		}
		if strings.HasPrefix(name, "@") {
			return "", errors.New("abstract Unix sockets are not taken")
		}
		name = absolute(name, directory, home)
		if len(name) > maxUnixPath {
			return "", fmt.Errorf("socket path is %d bytes long, and the kernel takes %d at most", len(name), maxUnixPath)
		}
		return unixPrefix + name, nil
	}
	if strings.HasPrefix(text, "udp:") {
		return "", errors.New("not in this version of unitd: udp addresses")
	}
	host, port, ok := cutPort(text)
	if !ok {
		return "", fmt.Errorf("address %q is none", text)
	}
	if host == "localhost" {
		host = "127.0.0.1"
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return "", fmt.Errorf("address %q has no IP address", text)
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", fmt.Errorf("address %q has no port from 1 to 65535", text)
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(n)).String(), nil
}

// overlap says whether two listening addresses exclude each other.
func overlap(a, b string) bool {
	if a == b {
		return true
	}
	x, errX := netip.ParseAddrPort(a)
	y, errY := netip.ParseAddrPort(b)
	if errX != nil || errY != nil || x.Port() != y.Port() {
		return false
	}
	wide := func(p, q netip.Addr) bool { return p.IsUnspecified() && (p.Is6() || q.Is4()) }
	return wide(x.Addr(), y.Addr()) || wide(y.Addr(), x.Addr())
}

// poolAddresses is pool.NAME.listen: what expressions may read of a pool.
func (n *names) poolAddresses(u *unitBlock, i instance) cty.Value {
	if value, ok := n.addressesOf(u, i); ok {
		return value
	}
	return cty.EmptyObjectVal
}

func (n *names) addressesOf(u *unitBlock, i instance) (cty.Value, bool) {
	text := "the listeners of " + string(NewID(u.kind, u.name, i.key))
	switch u.listening[i.key] {
	case running:
		n.reportLoop(text, u.block.DefRange())
		return cty.NilVal, false
	case done:
		return u.addresses[i.key], true
	}
	u.listening[i.key] = running
	n.enter(text, u.block.DefRange())
	all := map[string]cty.Value{}
	s := n.scope(u.file)
	s.each = u.each(i)
	for _, block := range blocksOf(u.block.Body, "listen") {
		if len(block.Labels) != 1 {
			continue
		}
		// What is wrong here is reported when the pool itself is read.
		quiet := *s
		quiet.report = &report{}
		address := newBody(&quiet, block, "pool.listen").listenAddress("address", "")
		all[block.Labels[0]] = cty.ObjectVal(map[string]cty.Value{"address": cty.StringVal(address)})
	}
	n.leave()
	u.listening[i.key], u.addresses[i.key] = done, cty.ObjectVal(all)
	return u.addresses[i.key], true
}

// each is what `each` means in an instance, nil in a block without for_each.
func (u *unitBlock) each(i instance) *instance {
	if forEach(u) == nil {
		return nil
	}
	return &i
}

// paths reads a list of paths. Relative ones stay relative: they count from the unit's directory.
func (b *body) paths(name string) []string {
	all := b.texts(name)
	a, _ := b.attr(name)
	for i, text := range all {
		if err := checkPath(text); err != nil {
			b.error(a.expr.Range(), name+": "+err.Error(), pathHint)
		}
		if all[i] = expandHome(text, b.home); all[i] != "" {
			all[i] = path.Clean(all[i])
		}
	}
	return all
}

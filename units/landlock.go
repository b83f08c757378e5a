package units

import (
	"github.com/zclconf/go-cty/cty"
)

// Landlock is what a program may do beside what the account may (landlock(7)). It works without namespaces.
type Landlock struct {
	// ReadOnly, ReadWrite and Execute are files, and directories with what is below them, that can be used so. Where all
	// are empty, all files can be used.
	ReadOnly, ReadWrite, Execute []string
	// ConnectTCP are the ports that TCP may connect to; nil: all.
	ConnectTCP []int
	// Scopes are what the program can do to itself and what it starts only: "abstract_unix_socket", "signal".
	Scopes []string
}

var landlockScopes = []string{"abstract_unix_socket", "signal"}

// landlock reads a landlock block.
func (b *body) landlock() Landlock {
	l := Landlock{
		ReadOnly: b.paths("read_only"), ReadWrite: b.paths("read_write"), Execute: b.paths("execute"),
		ConnectTCP: b.ports("connect_tcp"), Scopes: b.words("scopes", landlockScopes),
	}
	if b.own != nil && !l.Files() && l.ConnectTCP == nil && len(l.Scopes) == 0 {
		b.error(b.at, "landlock without a restriction", "Name what can be used in read_only, read_write and execute, or give connect_tcp or scopes.")
	}
	return l
}

// Files reports that only what the lists name can be used.
func (l Landlock) Files() bool { return len(l.files()) > 0 }

func (l Landlock) files() []string {
	return wanted([]wish{
		{"landlock.read_only", len(l.ReadOnly) > 0}, {"landlock.read_write", len(l.ReadWrite) > 0}, {"landlock.execute", len(l.Execute) > 0},
	})
}

// ports reads a list of port numbers; nil where it is not given.
func (b *body) ports(name string) []int {
	a, ok := b.attr(name)
	if !ok || a.scope.eval(a.expr).IsNull() {
		return nil
	}
	ports := []int{}
	items, _ := a.scope.elements(a.expr, name, "Write the numbers of the ports: "+name+" = [5432].")
	for _, item := range items {
		n, ok := int64(0), false
		if a.scope.plain(item.value, item.at, name) && item.value.Type() == cty.Number && !item.value.IsNull() {
			n, ok = wholeNumber(item.value)
		}
		if !ok || n < 1 || n > 65535 {
			b.error(item.at, "an element of "+name+" is no port", "Ports are numbers from 1 to 65535: "+name+" = [5432].")
			continue
		}
		ports = append(ports, int(n))
	}
	return ports
}

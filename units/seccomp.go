package units

import (
	"slices"
	"strings"

	"unitd/internal/syscalls"
)

// calls reads a list of system calls and sets of them; "~" before one takes it out.
func (b *body) calls(name string) []string {
	given := b.texts(name)
	a, _ := b.attr(name)
	for _, item := range given {
		word := strings.TrimPrefix(item, "~")
		switch {
		case syscalls.Known(word):
		case strings.HasPrefix(word, "@"):
			b.error(a.expr.Range(), "unknown set of system calls \""+word+"\"", didYouMean(word, syscalls.Names(), "`systemd-analyze syscall-filter` lists the sets and what is in them."))
		default:
			b.error(a.expr.Range(), "unknown system call \""+word+"\"", didYouMean(word, syscalls.Names(), "`systemd-analyze syscall-filter` lists the sets and what is in them."))
		}
	}
	return given
}

// families reads a list of address families: those that can be used, or, each with "~" before it, those that cannot.
func (b *body) families(name string) []string {
	given := b.texts(name)
	a, _ := b.attr(name)
	except := func(item string) bool { return strings.HasPrefix(item, "~") }
	for _, item := range given {
		word := strings.TrimPrefix(item, "~")
		switch _, known := syscalls.Family(word); {
		case item == "none" && len(given) > 1:
			b.error(a.expr.Range(), "none beside others in "+name, "It stands alone: "+name+" = [\"none\"].")
		case !known && item != "none":
			b.error(a.expr.Range(), "unknown address family \""+word+"\"", didYouMean(word, syscalls.Families(), "address_families(7) lists them."))
		}
	}
	if slices.ContainsFunc(given, func(item string) bool { return except(item) != except(given[0]) }) {
		b.error(a.expr.Range(), "families with and without \"~\" in "+name, "Either all are those that can be used, or all those that cannot.")
	}
	return given
}

package proxy

import (
	"net/http/httputil"
	"net/netip"
	"strings"
)

// forward says to the worker who asks, in the headers of RFC 7239 and in those that came before it. What a client on
// this host says of others it passes on for, is kept and added to: that is the account's web server. What others say
// is dropped, since anybody may claim anything.
func forward(r *httputil.ProxyRequest) {
	in, out := r.In, r.Out
	if u, ok := in.Body.(*upload); ok {
		out.Body = u
	}
	peer, local := clientOf(in.RemoteAddr)
	said := func(name string) string {
		if !local {
			return ""
		}
		return strings.Join(in.Header[name], ", ")
	}
	before := said("X-Forwarded-For")
	chain := before
	if peer != "" {
		chain = join(before, peer)
	}
	host, proto := said("X-Forwarded-Host"), said("X-Forwarded-Proto")
	if host == "" {
		host = in.Host
	}
	if proto == "" {
		proto = "http"
	}
	forwarded := said("Forwarded")
	if forwarded == "" && before != "" {
		forwarded = translate(before, host, proto)
	}
	forwarded = join(forwarded, element(peer, in.Host, "http"))
	names := [...]string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Forwarded"}
	values := []string{chain, host, proto, forwarded} // one allocation for all
	for i, name := range names {
		if values[i] != "" {
			out.Header[name] = values[i : i+1 : i+1]
		}
	}
}

// clientOf is the address of a client, "" on a Unix socket, and whether it is on this host.
func clientOf(remote string) (address string, local bool) {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return "", true
	}
	ip := at.Addr().Unmap().WithZone("")
	return ip.String(), ip.IsLoopback()
}

func join(list, next string) string {
	if list == "" {
		return next
	}
	return list + ", " + next
}

// translate makes elements of Forwarded out of an X-Forwarded-For. Host and protocol are those that the first one,
// the client, asked for.
func translate(chain, host, proto string) string {
	var elements string
	for i, address := range strings.Split(chain, ",") {
		if i == 0 {
			elements = element(strings.TrimSpace(address), host, proto)
		} else {
			elements = join(elements, "for="+node(strings.TrimSpace(address)))
		}
	}
	return elements
}

// element is what one proxy says of the request that it got.
func element(address, host, proto string) string {
	return "for=" + node(address) + ";host=" + quoted(host) + ";proto=" + quoted(proto)
}

// node spells an address as RFC 7239 (6) wants it: one of IPv6 in brackets and quotes, and what is none unknown.
func node(address string) string {
	ip, err := netip.ParseAddr(address)
	switch {
	case err != nil:
		return "unknown"
	case ip.Is6():
		return `"[` + address + `]"`
	}
	return address
}

// quoted is a value as RFC 7239 (4) wants it: a token as it is, anything else as a quoted string.
func quoted(value string) string {
	for i := range len(value) {
		c := value[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0 {
			continue
		}
		if strings.ContainsAny(value, `\"`) {
			value = strings.ReplaceAll(strings.ReplaceAll(value, `\`, `\\`), `"`, `\"`)
		}
		return `"` + value + `"`
	}
	if value == "" {
		return `""`
	}
	return value
}

package units

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// Health is one health check. Exactly one of Path, URL, Address and Command is set.
type Health struct {
	Name        string
	Path        string
	URL         string
	Address     string
	Command     []string
	Listen      string // which listener Path goes through; "" where there is one only
	Headers     map[string]string
	Status      []StatusRange
	Interval    time.Duration
	Timeout     time.Duration
	Failures    int
	Successes   int
	StartPeriod time.Duration
	Restart     bool // action "restart"; false: "none"
	GatesReady  bool
}

// StatusRange is a range of HTTP status codes, ends included.
type StatusRange struct{ From, To int }

// String spells the range as unit files do: "204", "200-399".
func (r StatusRange) String() string {
	if r.From == r.To {
		return strconv.Itoa(r.From)
	}
	return strconv.Itoa(r.From) + "-" + strconv.Itoa(r.To)
}

// health reads a health check.
func (b *body) health(name string) Health {
	h := Health{Name: name}
	b.nearestOf("path", "url", "address", "command")
	if path, a, ok := b.filled("path"); ok && strings.HasPrefix(path, "/") {
		h.Path = path
	} else if ok {
		b.error(a.expr.Range(), "path of a health check does not begin with \"/\"", "It is the path of a URL, as \"/health\".")
	}
	h.URL = b.httpURL("url")
	h.Address = b.endpoint("address")
	h.Command = b.argv("command")
	b.exactlyOne("path", "url", "address", "command")
	h.Listen = b.text("listen", "")
	h.Headers = b.textMap("headers")
	h.Status = b.statuses()
	for _, only := range []string{"headers", "status"} {
		if a, ok := b.attr(only); ok && !b.has("path") && !b.has("url") {
			b.error(a.at, only+" in a health check that is not HTTP", "It goes with path or url.")
		}
	}
	if a, ok := b.attr("listen"); ok && !b.has("path") {
		b.error(a.at, "listen in a health check without path", "It says which listener `path` goes through.")
	}
	h.Interval = b.duration("interval", 2*time.Second, 10*time.Millisecond)
	h.Timeout = b.duration("timeout", 2*time.Second, 10*time.Millisecond)
	h.Failures = b.number("failures", 2, 1, 1000)
	h.Successes = b.number("successes", 1, 1, 1000)
	h.StartPeriod = b.duration("start_period", 0, 0)
	h.Restart = b.oneOf("action", "restart", "restart", "none") == "restart"
	h.GatesReady = b.flag("gates_ready", true)
	return h
}

// nearestOf drops attributes of layers that say in another way what the body itself says already.
func (b *body) nearestOf(names ...string) {
	given := func(l layer) bool {
		for _, name := range names {
			if _, ok := find(l.own, l.scope, name); ok {
				return true
			}
		}
		return false
	}
	if given(layer{b.own, b.scope}) {
		for i, l := range b.layers {
			b.layers[i].own = without(l.own, names)
		}
		return
	}
	for i, l := range b.layers {
		if given(l) {
			for j := range b.layers[i+1:] {
				b.layers[i+1+j].own = without(b.layers[i+1+j].own, names)
			}
			return
		}
	}
}

// statuses reads status: codes and ranges of codes.
func (b *body) statuses() []StatusRange {
	a, ok := b.attr("status")
	if !ok || a.null() {
		return []StatusRange{{200, 399}}
	}
	items, complete := a.scope.elements(a.expr, "status", "Write it in brackets: status = [\"200-399\"].")
	if len(items) == 0 && complete {
		b.error(a.expr.Range(), "status is empty", "No answer would be a good one. Leave it out for [\"200-399\"].")
	}
	var all []StatusRange
	for _, item := range items {
		if !a.scope.plain(item.value, item.at, "status") {
			continue
		}
		if r, ok := a.scope.status(item); ok {
			all = append(all, r)
		}
	}
	return all
}

func (s *scope) status(item element) (StatusRange, bool) {
	if n, ok := subtraction(item.expr); ok {
		s.error(item.at, "status range is computed as a difference", "Write it as a text: [\""+n+"\"].")
		return StatusRange{}, false
	}
	text, ok := s.asText(item.value, item.at, "an element of status")
	if !ok {
		return StatusRange{}, false
	}
	low, high, isRange := strings.Cut(text, "-")
	from, err := strconv.Atoi(low)
	to := from
	if err == nil && isRange {
		to, err = strconv.Atoi(high)
	}
	if err != nil || from < 100 || to > 599 || from > to {
		s.error(item.at, "status is neither a code nor a range", "Write [\"200-399\"] or [200, 204], from 100 to 599.")
		return StatusRange{}, false
	}
	return StatusRange{from, to}, true
}

// httpURL reads an http or https URL.
func (b *body) httpURL(name string) string {
	text, a, ok := b.filled(name)
	if !ok {
		return ""
	}
	if !isHTTPURL(text) {
		b.error(a.expr.Range(), name+" is no HTTP URL", "Write it as \"http://127.0.0.1:8001/health\".")
		return ""
	}
	return text
}

func isHTTPURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// endpoint reads an address to connect to: HOST:PORT.
func (b *body) endpoint(name string) string {
	text, a, ok := b.filled(name)
	if !ok {
		return ""
	}
	host, port, ok := cutPort(text)
	if n, err := strconv.Atoi(port); !ok || host == "" || err != nil || n < 1 || n > 65535 {
		b.error(a.expr.Range(), name+" is no address", "Write it as \"127.0.0.1:3306\".")
		return ""
	}
	return text
}

// cutPort splits HOST:PORT; an IPv6 host stands in brackets.
func cutPort(text string) (host, port string, ok bool) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 {
		return "", "", false
	}
	host, port = text[:i], text[i+1:]
	if inner, bracketed := strings.CutPrefix(host, "["); bracketed {
		host, bracketed = strings.CutSuffix(inner, "]")
		ip, err := netip.ParseAddr(host)
		return host, port, bracketed && err == nil && ip.Is6()
	}
	return host, port, !strings.ContainsAny(host, ":/ ")
}

// checkHealth checks the checks against the listeners of the app, or of the pool that runs it.
func (b *body) checkHealth(checks []Health, in setting, p *Process) {
	listeners, owner := p.Listen, string(in.unit.ID)
	if in.pool != nil {
		listeners, owner = in.pool.Pool.Listen, string(in.pool.ID)
	}
	for _, h := range checks {
		at := b.blockRange("health", h.Name)
		var names []string
		for _, l := range listeners {
			names = append(names, l.Name)
		}
		switch {
		case p.Type == TypeOneshot:
			b.error(at, "health check of a oneshot", "A program that ends is well when it exits with success.")
		case h.Path == "":
			b.checkAim(h, in, listeners, owner)
		case len(listeners) == 0:
			b.error(at, "health check with path, and "+owner+" has no listen", "Give it a listen block, or use url or address.")
		case h.Listen == "" && len(listeners) > 1:
			b.error(at, "health check with path, and "+owner+" has several listeners", "Say which: listen = \""+names[0]+"\".")
		case h.Listen != "" && !slices.Contains(names, h.Listen):
			b.error(at, owner+" has no listen \""+h.Listen+"\"", didYouMean(h.Listen, names, "It takes the NAME of a listen block."))
		default:
			b.checkAim(h, in, listeners, owner)
		}
	}
}

// checkAim warns of checks through a listener of their own unit that tell less than they seem to.
func (b *body) checkAim(h Health, in setting, listeners []Listen, owner string) {
	l, own := h.Reaches(listeners...)
	if !own || in.proxied() || !b.names.strict {
		return
	}
	at := b.blockRange("health", h.Name)
	switch {
	case h.Address != "":
		b.warning(at, "health check connects to listen \""+l.Name+"\" of "+owner+", and no more",
			"unitd opens that socket, so connections to it come about whether the program runs or not. Use path or url.")
	case in.pool != nil && h.GatesReady && !l.PerWorker:
		b.warning(at, "health check cannot tell the workers of "+owner+" apart",
			"They share one socket, so it asks whichever worker answers. One socket per worker needs a TCP address and per_worker; or say readiness by type = \"notify\".")
	}
}

// blockRange is the header of a named block of the body or its layers.
func (b *body) blockRange(kind, name string) hcl.Range {
	for _, l := range append([]layer{{b.own, b.scope}}, b.layers...) {
		for _, block := range blocksOf(l.own, kind) {
			if len(block.Labels) == 1 && block.Labels[0] == name {
				return block.DefRange()
			}
		}
	}
	return b.at
}

package units

import (
	"slices"
	"strings"
)

// alertURL reads url, which may be sensitive, since whoever knows the URL of a webhook can use it. Its messages do not
// quote it.
func (b *body) alertURL() (url string, sensitive bool) {
	a, ok := b.attr("url")
	if !ok {
		return "", false
	}
	value := a.scope.eval(a.expr)
	if !value.IsKnown() {
		return "", false
	}
	sensitive = value.ContainsMarked()
	unmarked, _ := value.UnmarkDeep()
	text, ok := a.scope.asText(unmarked, a.expr.Range(), "url")
	if !ok {
		return "", sensitive
	}
	if !isHTTPURL(text) {
		b.error(a.expr.Range(), "url is no HTTP URL", "Write it as \"https://hooks.example/T0/B0\", or take it from a file: secret(\"~/.config/hook-url\").")
		return "", sensitive
	}
	return text, sensitive
}

// headers reads headers of an HTTP request: a map of which values may be sensitive. Its messages quote no value.
func (b *body) headers(name string) []EnvVar {
	a, ok := b.attr(name)
	if !ok {
		return nil
	}
	all := map[string]EnvVar{}
	for _, entry := range a.scope.entries(a, name) {
		value, marks := entry.value.UnmarkDeep()
		text, ok := a.scope.asText(value, entry.at, name+"."+entry.key)
		switch {
		case !ok:
		case !headerName().MatchString(entry.key):
			b.error(entry.at, "name of a header is not allowed", "Names of headers are letters, digits and -.")
		case slices.Contains(ownHeaders, strings.ToLower(entry.key)):
			b.error(entry.at, "header "+entry.key+" is set by unitd itself", "Take it out.")
		case strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			b.error(entry.at, name+"."+entry.key+" holds a line break or another control character", "A header is one line.")
		default:
			all[entry.key] = EnvVar{Name: entry.key, Value: text, Sensitive: len(marks) > 0}
		}
	}
	return sortedVars(all)
}

var (
	headerName = pattern(`^[A-Za-z0-9][A-Za-z0-9-]*$`)
	// ownHeaders are those that say how a message is sent (RFC 9112).
	ownHeaders = []string{"host", "content-length", "transfer-encoding", "connection", "trailer", "te", "upgrade", "expect"}
)

// mailAddresses reads mail: one address or a list of them.
func (b *body) mailAddresses() []string {
	a, ok := b.attr("mail")
	if !ok {
		return nil
	}
	var items []element
	if value := a.scope.eval(a.expr); !value.IsKnown() {
		return nil
	} else if value.Type().IsPrimitiveType() {
		items = []element{{value, a.expr, a.expr.Range()}}
	} else {
		items, _ = a.scope.elements(a.expr, "mail", "Write one address, or a list of them.")
	}
	var all []string
	for _, item := range items {
		if !a.scope.plain(item.value, item.at, "mail") {
			continue
		}
		text, ok := a.scope.asText(item.value, item.at, "an address in mail")
		if ok && !mailAddress().MatchString(text) {
			b.error(item.at, "no mail address in mail", "Write it without a name and brackets, as \"ops@example.org\", or as the name of an account of this host.")
			continue
		}
		if ok && !slices.Contains(all, text) {
			all = append(all, text)
		}
	}
	if len(items) == 0 || len(all) > maxMailAddresses {
		b.error(a.expr.Range(), "mail has to name 1 to 20 addresses", "Write mail = [\"ops@example.org\"].")
	}
	return all
}

const maxMailAddresses = 20

// mailAddress is a dot-atom address (RFC 5322, section 3.4.1), or a local name. What it does not take could be read as
// something else by sendmail, or by who reads the header.
var mailAddress = pattern(`^[A-Za-z0-9_][A-Za-z0-9._+=-]{0,63}(@[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?)?$`)

// sortedVars lists variables by their names.
func sortedVars(all map[string]EnvVar) []EnvVar {
	var list []EnvVar
	for _, v := range all {
		list = append(list, v)
	}
	slices.SortFunc(list, func(a, b EnvVar) int { return strings.Compare(a.Name, b.Name) })
	return list
}

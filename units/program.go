package units

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// program evaluates what may differ from start to start.
func (b *body) program() Program {
	p := Program{Env: b.environment("env")}
	if b.kind != "pipeline" {
		p.Command = b.argv("command")
		p.PreStart, p.PostStart = b.argvs("pre_start"), b.argvs("post_start")
		p.PreStop, p.PostStop = b.argvs("pre_stop"), b.argvs("post_stop")
	}
	for _, block := range blocksOf(b.own, "reload") {
		p.ReloadCommand = newBody(b.scope, block, b.kind+".reload").argv("command")
	}
	if b.kind == "app" {
		b.each("health", func(inner *body, name string) { p.Health = append(p.Health, inner.health(name)) })
	}
	b.each("secret", func(inner *body, name string) { p.Secrets = append(p.Secrets, inner.secret(name)) })
	return p
}

// environment reads env: that of the layers and the body's own, which wins key by key. It is one of the few
// attributes that take sensitive values.
func (b *body) environment(name string) []EnvVar {
	all := map[string]EnvVar{}
	for _, a := range b.all(name) {
		for _, entry := range a.scope.entries(a, name) {
			if entry.value.IsNull() {
				delete(all, entry.key) // takes back what a layer gives
				continue
			}
			if v, ok := a.scope.envVar(entry, name); ok {
				all[entry.key] = v
			}
		}
	}
	var env []EnvVar
	for _, key := range slices.Sorted(maps.Keys(all)) {
		env = append(env, all[key])
	}
	return env
}

// entry is one entry of a map, with the smallest place that it comes from.
type entry struct {
	key string
	element
}

// entries evaluates a map, each value for itself where the map is written out.
func (s *scope) entries(a attribute, name string) []entry {
	var all []entry
	if object, literal := a.expr.(*hclsyntax.ObjectConsExpr); literal {
		for _, item := range object.Items {
			key := s.eval(item.KeyExpr)
			if !key.IsKnown() {
				continue
			}
			at := item.KeyExpr.Range()
			if !s.plain(key, at, "a key of "+name) {
				continue
			}
			text, ok := s.asText(key, at, "a key of "+name)
			if value := s.eval(item.ValueExpr); ok && value.IsKnown() {
				all = append(all, entry{text, element{value, item.ValueExpr, item.ValueExpr.Range()}})
			}
		}
		return all
	}
	value := s.eval(a.expr)
	if !value.IsKnown() {
		return nil
	}
	unmarked, marks := value.Unmark()
	if unmarked.IsNull() {
		return nil
	}
	if t := unmarked.Type(); !t.IsObjectType() && !t.IsMapType() {
		s.error(a.expr.Range(), name+" has to be a map, not "+typeName(unmarked), "Write "+name+" = { NAME = \"value\" }.")
		return nil
	}
	values := unmarked.AsValueMap()
	for _, key := range slices.Sorted(maps.Keys(values)) {
		all = append(all, entry{key, element{values[key].WithMarks(marks), a.expr, a.expr.Range()}})
	}
	return all
}

// envVar checks one variable. It quotes no value.
func (s *scope) envVar(e entry, name string) (EnvVar, bool) {
	value, marks := e.value.Unmark()
	if t := value.Type(); !t.IsPrimitiveType() {
		s.error(e.at, name+"."+e.key+" has to be a text, not "+typeName(value), "jsonencode(…) makes a text of anything.")
		return EnvVar{}, false
	}
	switch {
	case !isEnvName(e.key):
		s.error(e.at, "name in "+name+" is not allowed", "A name is not empty and holds neither \"=\" nor white space.")
		return EnvVar{}, false
	case slices.Contains(reservedEnv, e.key):
		s.error(e.at, name+"."+e.key+" is set by unitd itself", "Take it out.")
		return EnvVar{}, false
	}
	text, ok := s.asText(value, e.at, name+"."+e.key)
	return EnvVar{Name: e.key, Value: text, Sensitive: len(marks) > 0}, ok
}

// isEnvName reports a name that a variable may have; a shell may take fewer.
func isEnvName(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(r rune) bool {
		return r == '=' || unicode.IsSpace(r) || unicode.IsControl(r)
	})
}

// reservedEnv are the variables of the protocols that unitd speaks (BEHAVIOUR: "Readiness and the notify protocol").
var reservedEnv = strings.Fields(`NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID FDSTORE LISTEN_FDS LISTEN_PID LISTEN_FDNAMES
	MAINPID INVOCATION_ID CREDENTIALS_DIRECTORY SERVICE_RESULT EXIT_CODE EXIT_STATUS UNIT_NAME WORKER_INDEX`)

// exactlyOne reports a block that gives none or several of the attributes.
func (b *body) exactlyOne(names ...string) {
	var given []string
	for _, name := range names {
		if b.has(name) {
			given = append(given, name)
		}
	}
	switch {
	case len(given) == 0 && b.broken[b.at.Filename] != nil:
	case len(given) == 0:
		b.error(b.at, b.title()+" without "+list(names, "or"), "It takes exactly one of them.")
	case len(given) > 1:
		a, _ := b.attr(given[1])
		b.error(a.at, list(given, "and")+" together", "Exactly one of "+list(names, "and")+" is possible.")
	}
}

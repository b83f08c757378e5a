package units

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// value evaluates an attribute that takes no sensitive value. ok is false where it is not given, null, or
// wrong, which is reported.
func (b *body) value(name string) (value cty.Value, a attribute, ok bool) {
	a, ok = b.attr(name)
	if !ok {
		return cty.NilVal, a, false
	}
	value = a.scope.eval(a.expr)
	if !value.IsKnown() || !a.scope.plain(value, a.expr.Range(), name) || value.IsNull() {
		return cty.NilVal, a, false
	}
	return value, a, true
}

// plain refuses sensitive values.
func (s *scope) plain(value cty.Value, at hcl.Range, what string) bool {
	if !value.ContainsMarked() {
		return true
	}
	s.error(at, "sensitive value in "+what, sensitiveHint(what))
	return false
}

func sensitiveHint(what string) string {
	hint := "Only `env`, `value` of a secret, `env` of a step, and `url`, `headers` and `body` of an alert take one"
	switch what {
	case "command", "pre_start", "post_start", "pre_stop", "post_stop":
		return hint + ": a command line is visible in the process list. Put it into `env` and let the program read it there."
	}
	return hint + "."
}

// asText converts to a string what is a string, a number or a truth value.
func (s *scope) asText(value cty.Value, at hcl.Range, what string) (string, bool) {
	if !value.IsKnown() {
		return "", false
	}
	if value.IsNull() {
		s.error(at, what+" is null", "Give it a value, or leave it out.")
		return "", false
	}
	if t := value.Type(); t != cty.String && t != cty.Number && t != cty.Bool {
		s.error(at, what+" has to be a text, not "+typeName(value), textHint(value))
		return "", false
	}
	converted, err := convert.Convert(value, cty.String)
	if err != nil {
		s.error(at, what+" has to be a text", textHint(value))
		return "", false
	}
	text := converted.AsString()
	if strings.ContainsRune(text, 0) {
		s.error(at, what+" holds a NUL byte", "Take it out: for a program a text ends there.")
		return "", false
	}
	return text, true
}

// textHint says how to make a text of something else.
func textHint(value cty.Value) string {
	if isUnitValue(value) {
		return "A reference stands for a unit; the one value of it that can be read is pool.NAME.listen.NAME.address."
	}
	return "Write it in quotes; join(\" \", …) makes a text of a list, jsonencode(…) of anything."
}

// typeName names a value's type for people, with its article.
func typeName(value cty.Value) string {
	t := value.Type()
	switch {
	case isUnitValue(value):
		return "a unit"
	case t == cty.String:
		return "a text"
	case t == cty.Number:
		return "a number"
	case t == cty.Bool:
		return "true or false"
	case t.IsTupleType(), t.IsListType(), t.IsSetType():
		return "a list"
	case t.IsObjectType(), t.IsMapType():
		return "a map"
	}
	return "a " + t.FriendlyName()
}

// text reads an attribute that is a text.
func (b *body) text(name, fallback string) string {
	value, a, ok := b.value(name)
	if !ok {
		return fallback
	}
	if text, ok := a.scope.asText(value, a.expr.Range(), name); ok {
		return text
	}
	return fallback
}

// filled reads an attribute that is a text of at least one character.
func (b *body) filled(name string) (text string, a attribute, ok bool) {
	value, a, ok := b.value(name)
	if !ok {
		return "", a, false
	}
	if text, ok = a.scope.asText(value, a.expr.Range(), name); ok && text == "" {
		b.error(a.expr.Range(), name+" is empty", "Give it a value, or leave it out.")
		return "", a, false
	}
	return text, a, ok
}

// oneOf reads an attribute that is one of a few words.
func (b *body) oneOf(name, fallback string, words ...string) string {
	value, a, ok := b.value(name)
	if !ok {
		return fallback
	}
	text, ok := a.scope.asText(value, a.expr.Range(), name)
	if !ok {
		return fallback
	}
	if !slices.Contains(words, text) {
		quoted := make([]string, len(words))
		for i, word := range words {
			quoted[i] = "\"" + word + "\""
		}
		hint := name + " is " + list(quoted, "or") + "."
		if meant := nearest(text, words); meant != "" && len(words) > 3 {
			hint = "Did you mean \"" + meant + "\"? " + hint
		}
		b.error(a.expr.Range(), "unknown "+name+" \""+text+"\"", hint)
		return fallback
	}
	return text
}

// flag reads true or false.
func (b *body) flag(name string, fallback bool) bool {
	value, a, ok := b.value(name)
	if !ok {
		return fallback
	}
	converted, err := convert.Convert(value, cty.Bool)
	if err != nil {
		b.error(a.expr.Range(), name+" has to be true or false, not "+typeName(value), "Write "+name+" = true, or false, without quotes.")
		return fallback
	}
	return converted.True()
}

// float reads a number in a range, ends included.
func (b *body) float(name string, fallback, from, to float64) float64 {
	value, a, ok := b.value(name)
	if !ok {
		return fallback
	}
	n, ok := a.scope.asNumber(value, a.expr.Range(), name)
	if !ok {
		return fallback
	}
	if n < from || n > to {
		b.error(a.expr.Range(), fmt.Sprintf("%s is out of range", name), "It is "+span(from, to)+".")
		return fallback
	}
	return n
}

// number reads a whole number in a range, ends included.
func (b *body) number(name string, fallback, from, to int) int {
	value, a, ok := b.value(name)
	if !ok {
		return fallback
	}
	n, ok := a.scope.asNumber(value, a.expr.Range(), name)
	switch {
	case !ok:
		return fallback
	case n != math.Trunc(n):
		b.error(a.expr.Range(), name+" has to be a whole number", "Take off what stands behind the point; floor(…) and ceil(…) do that to a value.")
		return fallback
	case n < float64(from) || n > float64(to):
		b.error(a.expr.Range(), name+" is out of range", "It is "+span(float64(from), float64(to))+".")
		return fallback
	}
	return int(n)
}

func (s *scope) asNumber(value cty.Value, at hcl.Range, what string) (float64, bool) {
	converted, err := convert.Convert(value, cty.Number)
	if err != nil || converted.IsNull() {
		s.error(at, what+" has to be a number, not "+typeName(value), "Write a number without quotes, such as 3.")
		return 0, false
	}
	n, _ := converted.AsBigFloat().Float64()
	return n, true
}

func span(from, to float64) string {
	if to >= math.MaxInt32 {
		return fmt.Sprintf("at least %g", from)
	}
	return "from " + strconv.FormatFloat(from, 'f', -1, 64) + " to " + strconv.FormatFloat(to, 'f', -1, 64)
}

// signal reads a signal's name.
func (b *body) signal(name string, fallback Signal) Signal {
	text, a, ok := b.filled(name)
	if !ok {
		return fallback
	}
	signal, err := ParseSignal(text)
	if err != nil {
		b.error(a.expr.Range(), name+" is no signal", capital(err.Error())+".")
		return fallback
	}
	return signal
}

// pathHint says how paths are written.
const pathHint = "Write it as \"~/site\" or \"/srv/site\", or as one that counts from where a relative path does here."

// path reads a path and makes it absolute against dir, which is that of the file for "".
func (b *body) path(name, fallback, dir string) string {
	value, a, ok := b.value(name)
	if !ok {
		return fallback
	}
	text, ok := a.scope.asText(value, a.expr.Range(), name)
	if !ok {
		return fallback
	}
	if err := checkPath(text); err != nil {
		b.error(a.expr.Range(), name+": "+err.Error(), pathHint)
		return fallback
	}
	if dir == "" {
		dir = a.scope.directory()
	}
	return absolute(text, dir, b.home)
}

// require reports that an attribute is missing.
func (b *body) require(name, hint string) {
	if !b.has(name) && b.broken[b.at.Filename] == nil {
		b.error(b.at, b.title()+" without "+name, hint)
	}
}

// goesWith refuses an attribute of the body itself that means nothing without another one.
func (b *body) goesWith(name, other, hint string) {
	if a, ok := find(b.own, b.scope, name); ok && !a.null() && !b.has(other) && b.broken[a.at.Filename] == nil {
		b.error(a.at, name+" without "+other, hint)
	}
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

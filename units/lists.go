package units

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// element is one element of a list, with the smallest place that it comes from.
type element struct {
	value cty.Value
	expr  hclsyntax.Expression
	at    hcl.Range
}

// elements evaluates a list: each element for itself where the list is written out. An element that cannot
// be evaluated is left out, with ok false.
func (s *scope) elements(expr hclsyntax.Expression, what, hint string) (all []element, ok bool) {
	if tuple, literal := expr.(*hclsyntax.TupleConsExpr); literal {
		ok = true
		for _, item := range tuple.Exprs {
			value := s.eval(item)
			if !value.IsKnown() {
				ok = false
				continue
			}
			all = append(all, element{value, item, item.Range()})
		}
		return all, ok
	}
	value := s.eval(expr)
	if !value.IsKnown() {
		return nil, false
	}
	if value.IsNull() {
		return nil, true
	}
	unmarked, marks := value.Unmark()
	if t := unmarked.Type(); !t.IsTupleType() && !t.IsListType() && !t.IsSetType() {
		s.error(expr.Range(), what+" has to be a list, not "+typeName(unmarked), hint)
		return nil, false
	}
	for _, item := range unmarked.AsValueSlice() {
		all = append(all, element{item.WithMarks(marks), expr, expr.Range()})
	}
	return all, true
}

// texts reads an attribute that is a list of texts.
func (b *body) texts(name string) []string {
	a, ok := b.attr(name)
	if !ok {
		return nil
	}
	hint := "Write it in brackets: " + name + " = [\"…\"]."
	items, _ := a.scope.elements(a.expr, name, hint)
	var all []string
	for _, item := range items {
		if !a.scope.plain(item.value, item.at, name) {
			continue
		}
		if text, ok := a.scope.asText(item.value, item.at, "an element of "+name); ok {
			all = append(all, text)
		}
	}
	return all
}

// words reads a list of texts that are each one of a few.
func (b *body) words(name string, known []string) []string {
	a, ok := b.attr(name)
	if !ok {
		return nil
	}
	given := b.texts(name)
	for _, word := range given {
		if !slices.Contains(known, word) {
			b.error(a.expr.Range(), "unknown "+name+" \""+word+"\"", didYouMean(word, known, ""))
		}
	}
	return given
}

// argv reads an attribute that is a command: a list of texts, the program first.
func (b *body) argv(name string) []string {
	a, ok := b.attr(name)
	if !ok {
		return nil
	}
	return a.scope.argv(a.expr, name)
}

func (s *scope) argv(expr hclsyntax.Expression, name string) []string {
	if hint, ok := s.oneString(expr, name); ok {
		s.error(expr.Range(), name+" has to be a list, not a text", hint)
		return nil
	}
	items, complete := s.elements(expr, name, "Write it as a list: "+name+" = [\"program\", \"argument\"].")
	var argv []string
	for _, item := range items {
		if !s.plain(item.value, item.at, name) {
			complete = false
			continue
		}
		text, ok := s.asText(item.value, item.at, "an argument of "+name)
		complete = complete && ok
		argv = append(argv, text)
	}
	switch {
	case !complete:
		return nil
	case len(argv) == 0:
		s.error(expr.Range(), name+" is empty", "Name the program to run.")
		return nil
	case argv[0] == "":
		s.error(expr.Range(), "the program of "+name+" is an empty text", "Name the program to run.")
		return nil
	}
	argv[0] = expandHome(argv[0], s.home)
	return argv
}

// oneString recognises a command that is written as one text and shows how to write it as a list.
func (s *scope) oneString(expr hclsyntax.Expression, name string) (hint string, ok bool) {
	template, isTemplate := expr.(*hclsyntax.TemplateExpr)
	if !isTemplate {
		return "", false
	}
	hint = "It is run without a shell: write each argument as an element of a list"
	if template.IsStringLiteral() {
		value, _ := template.Value(nil)
		var quoted []string
		for _, word := range strings.Fields(value.AsString()) {
			quoted = append(quoted, fmt.Sprintf("%q", word))
		}
		hint += ", " + name + " = [" + strings.Join(quoted, ", ") + "]"
	}
	return hint + ".", true
}

// argvs reads a list of commands.
func (b *body) argvs(name string) [][]string {
	a, ok := b.attr(name)
	if !ok {
		return nil
	}
	var all [][]string
	tuple, literal := a.expr.(*hclsyntax.TupleConsExpr)
	if !literal {
		items, _ := a.scope.elements(a.expr, name, "Write a list of commands: "+name+" = [[\"program\", \"argument\"]].")
		for _, item := range items {
			if argv := a.scope.argvOf(item, name); argv != nil {
				all = append(all, argv)
			}
		}
		return all
	}
	for _, item := range tuple.Exprs {
		if template, isText := item.(*hclsyntax.TemplateExpr); isText && template.IsStringLiteral() {
			b.error(item.Range(), name+" has to be a list of commands, each of them a list", "Write "+name+" = [[\"program\", \"argument\"]].")
			return nil
		}
		if argv := a.scope.argv(item, name); argv != nil {
			all = append(all, argv)
		}
	}
	return all
}

// argvOf makes a command of a value that came out of a larger expression.
func (s *scope) argvOf(item element, name string) []string {
	if !s.plain(item.value, item.at, name) {
		return nil
	}
	if item.value.IsNull() || !item.value.CanIterateElements() || item.value.Type().IsObjectType() {
		s.error(item.at, name+" has to be a list of commands, each of them a list", "Write "+name+" = [[\"program\", \"argument\"]].")
		return nil
	}
	var argv []string
	for _, value := range item.value.AsValueSlice() {
		text, ok := s.asText(value, item.at, "an argument of "+name)
		if !ok {
			return nil
		}
		argv = append(argv, text)
	}
	if len(argv) == 0 || argv[0] == "" {
		s.error(item.at, "a command in "+name+" is empty", "Name the program to run.")
		return nil
	}
	argv[0] = expandHome(argv[0], s.home)
	return argv
}

// exits reads a list of exit codes and signal names.
func (b *body) exits(name string) ExitSet {
	a, ok := b.attr(name)
	if !ok {
		return ExitSet{}
	}
	items, _ := a.scope.elements(a.expr, name, "Write a list: "+name+" = [3, \"SIGUSR1\"].")
	var set ExitSet
	for _, item := range items {
		if !a.scope.plain(item.value, item.at, name) {
			continue
		}
		if item.value.Type() == cty.Number && !item.value.IsNull() {
			code, ok := wholeNumber(item.value)
			if !ok || code < 0 || code > 255 {
				b.error(item.at, "exit code out of range", "It is from 0 to 255.")
				continue
			}
			set.Codes = append(set.Codes, int(code))
			continue
		}
		text, ok := a.scope.asText(item.value, item.at, "an element of "+name)
		if !ok {
			continue
		}
		signal, err := ParseSignal(text)
		if err != nil {
			b.error(item.at, "neither an exit code nor a signal in "+name, capital(err.Error())+". Exit codes are numbers.")
			continue
		}
		set.Signals = append(set.Signals, signal)
	}
	return set
}

func wholeNumber(value cty.Value) (int64, bool) {
	f := value.AsBigFloat()
	n, _ := f.Int64()
	return n, f.IsInt()
}

// textMap reads a map of texts.
func (b *body) textMap(name string) map[string]string {
	value, a, ok := b.value(name)
	if !ok {
		return nil
	}
	if t := value.Type(); !t.IsObjectType() && !t.IsMapType() {
		b.error(a.expr.Range(), name+" has to be a map, not "+typeName(value), "Write "+name+" = { NAME = \"value\" }.")
		return nil
	}
	all := map[string]string{}
	for key, item := range value.AsValueMap() {
		if text, ok := a.scope.asText(item, a.expr.Range(), name+"."+key); ok {
			all[key] = text
		}
	}
	return all
}

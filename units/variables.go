package units

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// variable is a `variable` block and what came of it.
type variable struct {
	name      string
	body      *body
	at        hcl.Range
	typ       cty.Type
	defaults  *typeexpr.Defaults
	sensitive bool
	value     cty.Value
	source    string
}

// addVariable enters a `variable` block.
func (n *names) addVariable(file string, block *hclsyntax.Block) {
	if !n.oneName(block, "variable") {
		return
	}
	v := &variable{name: block.Labels[0], at: block.DefRange(), typ: cty.DynamicPseudoType, value: cty.DynamicVal}
	if other := n.variables[v.name]; other != nil {
		n.error(v.at, "duplicate var."+v.name, "The other one is at "+position(other.at)+".")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(n.variables)) {
		if key := configKey(v.name); configKey(name) == key {
			n.error(v.at, "var."+v.name+" and var."+name+" have the same key in config.env", "Both would be set by "+strings.ToUpper(key)+". The other one is at "+position(n.variables[name].at)+"; rename one of them.")
			break
		}
	}
	n.variables[v.name] = v
	s := n.scope(file)
	s.roots = []string{"host", "user", "path"}
	v.body = &body{scope: s, own: block.Body, kind: "variable", at: v.at}
}

// declare is the hint for a variable that nobody has declared.
func declare(name string) string { return "Write variable \"" + name + "\" { … } into a unit file." }

// variable resolves var.NAME.
func (n *names) variable(s *scope, t hcl.Traversal) (cty.Value, bool) {
	name := traversalName(t, 1)
	v := n.variables[name]
	if v == nil {
		if !n.incomplete() {
			s.error(t[1].SourceRange(), "no such variable \""+name+"\"", didYouMean(name, slices.Collect(maps.Keys(n.variables)), declare(name)))
		}
		return cty.NilVal, false
	}
	return v.value, v.value.IsKnown()
}

// evaluateVariables gives every variable its value, from the strongest source that has one.
func (n *names) evaluateVariables(given *inputs) []Variable {
	var all []Variable
	for _, name := range slices.Sorted(maps.Keys(n.variables)) {
		v := n.variables[name]
		n.evaluateVariable(v, given)
		shown := Variable{Name: name, Source: v.source, Sensitive: v.sensitive}
		if v.value.IsWhollyKnown() {
			shown.Value = display(v.value)
		}
		all = append(all, shown)
	}
	given.reportUnknown(n)
	return all
}

func (n *names) evaluateVariable(v *variable, given *inputs) {
	b := v.body
	b.text("description", "")
	v.sensitive = b.flag("sensitive", false)
	if attr, ok := b.attr("type"); ok {
		typ, defaults, diags := typeexpr.TypeConstraintWithDefaults(attr.expr)
		n.hclFound(diags, false)
		v.typ, v.defaults = typ, defaults
	}
	fallback, hasDefault := v.readDefault(n)
	known(&b.blocks, "validation")
	input, ok := given.strongest(v.name)
	switch {
	case ok:
		v.value, v.source = v.read(n, input, fallback), input.source
	case hasDefault:
		v.value, v.source = fallback, "default"
	default:
		n.error(v.at, "variable \""+v.name+"\" has no value",
			"Give it a default, or set "+strings.ToUpper(configKey(v.name))+"=… in "+configFile+".")
	}
	if v.sensitive && v.value.IsKnown() {
		v.value = v.value.Mark(sensitive)
	}
	b.finish()
	for _, block := range b.own.Blocks {
		if block.Type == "validation" && v.value.IsKnown() {
			v.validate(n, block)
		}
	}
}

// readDefault evaluates `default`. It is known to be right or reported.
func (v *variable) readDefault(n *names) (cty.Value, bool) {
	attr, ok := v.body.attr("default")
	if !ok {
		return cty.DynamicVal, false
	}
	before := len(n.diags)
	value := attr.scope.eval(attr.expr)
	if value.IsKnown() {
		if value.ContainsMarked() && !v.sensitive {
			n.error(attr.expr.Range(), "sensitive default", "Add `sensitive = true` to the variable.")
			return cty.DynamicVal, true
		}
		value, _ = value.UnmarkDeep()
		value = v.convert(n, value, attr.expr.Range(), "the default")
	}
	if v.sensitive {
		hideSource(n.diags[before:], attr.at)
	}
	return value, true
}

// hidden says that nothing of the value may be shown: because it is sensitive, or because a syntax error
// may have swallowed the line that says so.
func (v *variable) hidden(n *names) bool { return v.sensitive || n.broken[v.at.Filename] != nil }

// hideSource moves diagnostics to a place whose line is shown only up to its end.
func hideSource(diags hcl.Diagnostics, at hcl.Range) {
	for _, d := range diags {
		d.Subject, d.Context, d.Extra = &at, nil, redacted{}
	}
}

// convert gives a value the variable's type.
func (v *variable) convert(n *names, value cty.Value, at hcl.Range, what string) cty.Value {
	if v.defaults != nil {
		value = v.defaults.Apply(value)
	}
	converted, err := convert.Convert(value, v.typ)
	if err != nil {
		hint := "It has to be " + typeexpr.TypeString(v.typ)
		if !v.hidden(n) {
			hint += ": " + err.Error()
		}
		n.error(at, what+" of variable \""+v.name+"\" has a wrong type", hint+".")
		return cty.DynamicVal
	}
	if !converted.IsWhollyKnown() {
		return cty.DynamicVal
	}
	return converted
}

// read makes a value of the text that config files, the environment and flags hold: the text itself for a
// string, an expression for anything else.
func (v *variable) read(n *names, in input, fallback cty.Value) cty.Value {
	before := len(n.diags)
	value := v.readText(n, in, fallback)
	if v.hidden(n) && in.at.Filename != "" {
		hideSource(n.diags[before:], in.at)
	}
	return value
}

func (v *variable) readText(n *names, in input, fallback cty.Value) cty.Value {
	typ := v.typ
	if typ == cty.DynamicPseudoType && fallback.IsKnown() && !fallback.IsNull() {
		typ = fallback.Type()
	}
	value, err := cty.StringVal(in.text), error(nil)
	if typ != cty.String && typ != cty.DynamicPseudoType && !typ.IsPrimitiveType() {
		value, err = literal(in.text)
	}
	if err == nil && typ.IsPrimitiveType() {
		value, err = convert.Convert(value, typ)
	}
	if err != nil {
		hint := "It has to be " + typeexpr.TypeString(typ) + "."
		n.error(in.at, "value of variable \""+v.name+"\" from "+in.origin()+" has a wrong type", hint)
		return cty.DynamicVal
	}
	return v.convert(n, value, in.at, "the value from "+in.origin())
}

// literal evaluates an expression that names nothing.
func literal(text string) (cty.Value, error) {
	scratch := &report{}
	if scratch.tooDeep("", []byte(text)) {
		return cty.NilVal, errors.New("too large")
	}
	expr, diags := hclsyntax.ParseExpression([]byte(text), "", hcl.InitialPos)
	if diags.HasErrors() {
		return cty.NilVal, errors.New("no expression")
	}
	value, diags := expr.Value(nil)
	if diags.HasErrors() {
		return cty.NilVal, errors.New("no plain value")
	}
	return value, nil
}

// validate checks one `validation` block.
func (v *variable) validate(n *names, block *hclsyntax.Block) {
	s := n.scope(v.at.Filename)
	s.roots = []string{"var", "host", "user", "path"}
	before := len(n.diags)
	b := &body{scope: s, own: block.Body, kind: "validation", at: block.DefRange()}
	condition := true
	if attr, ok := b.attr("condition"); ok {
		condition = s.condition(v, attr)
	} else {
		n.error(block.DefRange(), "validation without condition", "Write condition = … with var."+v.name+" in it.")
	}
	message := b.text("error_message", "the value is refused")
	if !condition {
		hint := "It comes from " + input{source: v.source}.origin() + "."
		n.error(b.own.Attributes["condition"].Expr.Range(), "variable \""+v.name+"\": "+message, hint)
	}
	b.finish()
	if v.sensitive {
		hideSource(n.diags[before:], block.TypeRange)
	}
}

// condition evaluates a validation's condition; it holds where it cannot be evaluated, which is reported.
func (s *scope) condition(v *variable, attr attribute) bool {
	value := s.eval(attr.expr)
	if !value.IsKnown() {
		return true
	}
	value, _ = value.Unmark()
	value, err := convert.Convert(value, cty.Bool)
	if err != nil || value.IsNull() {
		s.error(attr.expr.Range(), "condition is neither true nor false", "Compare something: var."+v.name+" > 0.")
		return true
	}
	return value.True()
}

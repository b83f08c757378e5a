package units

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// scope is what the expressions of one block may refer to.
type scope struct {
	*report
	names *names // nil at a start, when all names are resolved
	// module is the directory of the file, relative to the unit directory.
	module string
	home   string // of the account
	each   *instance
	// roots limits the names to these, for blocks that are read before others; nil: all.
	roots []string
	// start holds what is known only when a process starts; nil: not to be named here.
	start *Scope
	// worker says that a pool runs this program.
	worker bool
	// before says that step.before may be named.
	before bool
	// resolved keeps what names stood for when loading, for expressions that are evaluated again.
	resolved map[hclsyntax.Expression]*resolution
}

// resolution is what the names in one expression stand for.
type resolution struct {
	groups    map[string]map[string]cty.Value
	functions map[string]function.Function
	// late are the names that only a start knows: "worker.index".
	late []string
	// sensitive: a sensitive value goes in; secret: secret() is called.
	sensitive, secret bool
}

// eval evaluates an expression. What cannot be evaluated is reported, once, and comes back unknown: nothing
// else ever is.
func (s *scope) eval(expr hclsyntax.Expression) cty.Value {
	r, ok := s.resolved[expr]
	if !ok {
		if r, ok = s.resolve(expr); !ok {
			return cty.DynamicVal
		}
		if s.resolved != nil {
			s.resolved[expr] = r
		}
	}
	value, diags := expr.Value(r.context(s.start))
	if diags.HasErrors() {
		s.hclFound(diags, r.sensitive || r.secret && !readFailed(diags))
		return cty.DynamicVal
	}
	if !value.IsWhollyKnown() {
		// Only what the parser made up behind a syntax error is unknown.
		if len(s.broken) == 0 {
			s.error(expr.Range(), "this has no value", "Write something that is known when unit files are loaded.")
		}
		return cty.DynamicVal
	}
	if plain, _ := value.Unmark(); plain.Type() == cty.Number && !plain.IsNull() && plain.AsBigFloat().IsInf() {
		s.error(expr.Range(), "division by zero", divisionHint)
		return cty.DynamicVal
	}
	return value
}

// divisionHint says how to write a division that may not be possible.
const divisionHint = "Write a condition where the divisor may be zero: n == 0 ? 0 : x / n."

// readFailed says that the only cause is a function that could not read.
func readFailed(diags hcl.Diagnostics) bool {
	if len(diags) != 1 {
		return false
	}
	call, ok := hcl.DiagnosticExtra[hclsyntax.FunctionCallDiagExtra](diags[0])
	if !ok {
		return false
	}
	failure := readError{}
	return errors.As(call.FunctionCallError(), &failure)
}

// context puts the names' values where package hcl looks for them.
func (r *resolution) context(start *Scope) *hcl.EvalContext {
	ctx := &hcl.EvalContext{Functions: r.functions, Variables: map[string]cty.Value{}}
	for root, values := range r.groups {
		ctx.Variables[root] = cty.ObjectVal(values)
	}
	if start == nil || len(r.late) == 0 {
		return ctx
	}
	for _, name := range r.late {
		switch root, _, _ := strings.Cut(name, "."); root {
		case "worker":
			ctx.Variables[root] = workerObject(start.Worker)
		case "alert":
			ctx.Variables[root] = start.Alert.object()
		case "step":
			ctx.Variables[root] = stepObject(start.step)
		case "run":
			ctx.Variables[root] = runObject(start.step)
		case "path":
			all := map[string]cty.Value{"credentials": cty.StringVal(start.Credentials)}
			for name, value := range r.groups[root] {
				all[name] = value
			}
			ctx.Variables[root] = cty.ObjectVal(all)
		}
	}
	return ctx
}

// resolve finds what the names in an expression stand for; ok is false when one stands for nothing, which
// is reported then.
func (s *scope) resolve(expr hclsyntax.Expression) (*resolution, bool) {
	if s.names == nil {
		s.error(expr.Range(), "name used that was unknown when loading", "Load the unit files again: unitctl apply.")
		return nil, false
	}
	r := &resolution{groups: map[string]map[string]cty.Value{}, functions: s.names.functions(s.directory())}
	ok := s.calls(expr, r)
	for _, traversal := range expr.Variables() {
		value, found := s.name(traversal, r)
		if !found {
			ok = false
			continue
		}
		if value == cty.NilVal {
			continue // known at a start only
		}
		if value.ContainsMarked() {
			r.sensitive = true
		}
		root, name := traversal.RootName(), traversalName(traversal, 1)
		if r.groups[root] == nil {
			r.groups[root] = map[string]cty.Value{}
		}
		r.groups[root][name] = value
	}
	return r, ok
}

// calls checks the functions that an expression calls.
func (s *scope) calls(expr hclsyntax.Expression, r *resolution) bool {
	ok := true
	visit := func(node hclsyntax.Node) hcl.Diagnostics {
		call, isCall := node.(*hclsyntax.FunctionCallExpr)
		if !isCall {
			return nil
		}
		if _, known := r.functions[call.Name]; !known {
			var all []string
			for name := range r.functions {
				all = append(all, name)
			}
			s.error(call.NameRange, "unknown function \""+call.Name+"\"", didYouMean(call.Name, all, ""))
			ok = false
		}
		r.secret = r.secret || call.Name == "secret"
		return nil
	}
	s.diags = append(s.diags, hclsyntax.VisitAll(expr, visit)...)
	return ok
}

// name finds the value of one traversal. It is cty.NilVal for what only a start knows.
func (s *scope) name(t hcl.Traversal, r *resolution) (cty.Value, bool) {
	root := t.RootName()
	if s.roots != nil && !slices.Contains(s.roots, root) && slices.Contains(s.allRoots(), root) {
		s.error(t.SourceRange(), "\""+root+"\" cannot be used here", "Only "+list(s.roots, "and")+" can.")
		return cty.NilVal, false
	}
	if !slices.Contains(s.allRoots(), root) {
		s.unknownRoot(t)
		return cty.NilVal, false
	}
	if digits, ok := digitStep(t); ok {
		s.error(t.SourceRange(), "name \""+digits+"\" begins with a digit", "Names are [a-z][a-z0-9_-]*: write "+root+".n"+digits+", for one.")
		return cty.NilVal, false
	}
	if traversalName(t, 1) == "" {
		s.error(t.SourceRange(), "\""+root+"\" alone is no value", "Say which one: "+root+".NAME.")
		return cty.NilVal, false
	}
	switch root {
	case "var":
		return s.names.variable(s, t)
	case "local":
		return s.names.local(s, t)
	case "each":
		return s.eachName(t)
	case "worker", "step", "run", "alert":
		return s.late(t, r)
	case "path":
		if traversalName(t, 1) == "credentials" {
			return s.late(t, r)
		}
		return s.member(t, s.names.pathObject(s.directory()))
	case "host", "user":
		return s.member(t, s.names.objects[root])
	}
	return s.names.unit(s, t)
}

// allRoots lists what a traversal can begin with.
func (s *scope) allRoots() []string {
	roots := []string{"var", "local", "host", "user", "path", "each", "worker", "step", "run", "alert"}
	for _, kind := range Kinds {
		roots = append(roots, string(kind))
	}
	return roots
}

func (s *scope) unknownRoot(t hcl.Traversal) {
	root := t.RootName()
	hint := didYouMean(root, s.allRoots(), "")
	switch {
	case root == "env" && len(t) > 1:
		hint = "For the environment of unitd write env(\"" + traversalName(t, 1) + "\")."
	case root == strings.ToUpper(root):
		hint = "For the environment of unitd write env(\"" + root + "\"); to get ${" + root + "} literally, write $${" + root + "}."
		if root == "HOME" {
			hint = "For the home directory write user.home or \"~/\"; to get ${HOME} literally, write $${HOME}."
		}
	case len(t) == 1 && (nearest(root, s.allRoots()) == ""):
		hint = "Write a text in quotes: \"" + root + "\"."
	}
	s.error(t.SourceRange(), "unknown name \""+root+"\"", hint)
}

// member reads one of an object's values.
func (s *scope) member(t hcl.Traversal, object map[string]cty.Value) (cty.Value, bool) {
	name := traversalName(t, 1)
	value, ok := object[name]
	if !ok {
		var all []string
		for known := range object {
			all = append(all, known)
		}
		s.error(t[1].SourceRange(), "\""+t.RootName()+"\" has no \""+name+"\"", didYouMean(name, all, ""))
	}
	return value, ok
}

func (s *scope) eachName(t hcl.Traversal) (cty.Value, bool) {
	if s.each == nil {
		s.error(t.SourceRange(), "\"each\" in a block without for_each", "each.key and each.value exist where the block has for_each.")
		return cty.NilVal, false
	}
	return s.member(t, map[string]cty.Value{"key": cty.StringVal(s.each.key), "value": s.each.value})
}

// directory is the absolute directory of the file that the scope's block stands in.
func (s *scope) directory() string { return path.Join(s.names.host.Paths().Units, s.module) }

// digitStep recognises app.2048, which HCL takes for an index.
func digitStep(t hcl.Traversal) (digits string, ok bool) {
	if len(t) < 2 {
		return "", false
	}
	step, ok := t[1].(hcl.TraverseIndex)
	if !ok || step.Key.Type() != cty.Number {
		return "", false
	}
	return numberText(step.Key), true
}

// traversalName is the name at step i of a traversal, spelled .NAME or ["NAME"]; "" where there is none.
func traversalName(t hcl.Traversal, i int) string {
	if i >= len(t) {
		return ""
	}
	switch step := t[i].(type) {
	case hcl.TraverseAttr:
		return step.Name
	case hcl.TraverseIndex:
		if step.Key.Type() == cty.String {
			return step.Key.AsString()
		}
	}
	return ""
}

package units

import (
	"maps"
	"path"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// names are all values that expressions of a module can name. Locals, for_each and the addresses of
// listeners are evaluated when something names them, so their order does not matter.
type names struct {
	*report
	host      Host
	reads     *reads
	functions func(dir string) map[string]function.Function
	objects   map[string]map[string]cty.Value // host, user
	paths     map[string]cty.Value
	variables map[string]*variable
	locals    map[string]*local
	blocks    map[ID]*unitBlock
	strict    bool // Inputs.Strict
	// busy are the locals, for_each and listeners being evaluated, outermost first.
	busy []busyName
}

// busyName is a link of a chain of evaluations.
type busyName struct {
	text string
	at   hcl.Range
}

// progress says how far the evaluation of something is.
type progress int

const (
	untouched progress = iota
	running
	done
)

func newNames(host Host, rep *report) *names {
	account, paths := host.Account(), host.Paths()
	n := &names{
		report: rep, host: host, reads: &reads{host: host, results: map[string]readResult{}},
		variables: map[string]*variable{}, locals: map[string]*local{}, blocks: map[ID]*unitBlock{},
		objects: map[string]map[string]cty.Value{
			"host": {
				"cpus":   cty.NumberIntVal(int64(max(1, host.CPUs()))),
				"memory": cty.NumberIntVal(host.Memory()),
				"name":   cty.StringVal(host.Hostname()),
			},
			"user": {
				"name": cty.StringVal(account.Name),
				"uid":  cty.NumberIntVal(int64(account.UID)),
				"gid":  cty.NumberIntVal(int64(account.GID)),
				"home": cty.StringVal(account.Home),
			},
		},
		paths: map[string]cty.Value{
			"units":   cty.StringVal(paths.Units),
			"runtime": cty.StringVal(paths.Runtime),
			"state":   cty.StringVal(paths.State),
			"log":     cty.StringVal(paths.Log),
		},
	}
	known := map[string]map[string]function.Function{}
	n.functions = func(dir string) map[string]function.Function {
		if known[dir] == nil {
			known[dir] = n.reads.functions(dir)
		}
		return known[dir]
	}
	return n
}

// pathObject is `path` in a file of the directory dir.
func (n *names) pathObject(dir string) map[string]cty.Value {
	object := maps.Clone(n.paths)
	object["module"] = cty.StringVal(dir)
	return object
}

// scope is the scope of a block in the named file.
func (n *names) scope(file string) *scope {
	return &scope{report: n.report, names: n, module: path.Dir(file), home: n.host.Account().Home}
}

// incomplete says that a file has syntax errors: what is missing may stand there.
func (n *names) incomplete() bool { return len(n.broken) > 0 }

// local is one entry of a `locals` block.
type local struct {
	expr     hclsyntax.Expression
	at       hcl.Range
	progress progress
	value    cty.Value
}

// addLocals enters the attributes of a `locals` block.
func (n *names) addLocals(block *hclsyntax.Block) {
	for _, nested := range block.Body.Blocks {
		n.error(nested.TypeRange, "block in locals", "Write it as an attribute: "+nested.Type+" = { … }.")
	}
	for _, label := range block.LabelRanges {
		n.error(label, "locals has no name", "Write locals { … }.")
	}
	for name, attr := range block.Body.Attributes {
		if other := n.locals[name]; other != nil {
			first, second := inOrder(other.at, attr.NameRange)
			n.error(second, "duplicate local."+name, "The other one is at "+position(first)+".")
			continue
		}
		n.locals[name] = &local{expr: attr.Expr, at: attr.NameRange}
	}
}

// evaluateLocals evaluates those too that nothing names, for their mistakes.
func (n *names) evaluateLocals() {
	for _, name := range slices.Sorted(maps.Keys(n.locals)) {
		n.evaluateLocal(name)
	}
}

func (n *names) evaluateLocal(name string) cty.Value {
	l := n.locals[name]
	switch l.progress {
	case running:
		n.reportLoop("local."+name, l.at)
		return cty.DynamicVal
	case untouched:
		l.progress, l.value = running, cty.DynamicVal
		n.enter("local."+name, l.at)
		l.value = n.scope(l.at.Filename).eval(l.expr)
		n.leave()
		l.progress = done
	}
	return l.value
}

func (n *names) local(s *scope, t hcl.Traversal) (cty.Value, bool) {
	name := traversalName(t, 1)
	if n.locals[name] == nil {
		if !n.incomplete() {
			s.error(t[1].SourceRange(), "no such value local."+name, didYouMean(name, slices.Collect(maps.Keys(n.locals)), "Write locals { "+name+" = … }."))
		}
		return cty.NilVal, false
	}
	value := n.evaluateLocal(name)
	return value, value.IsKnown()
}

func (n *names) enter(text string, at hcl.Range) { n.busy = append(n.busy, busyName{text, at}) }
func (n *names) leave()                          { n.busy = n.busy[:len(n.busy)-1] }

// reportLoop reports that text depends on itself, with every step.
func (n *names) reportLoop(text string, at hcl.Range) {
	from := slices.IndexFunc(n.busy, func(b busyName) bool { return b.text == text })
	loop := n.busy[max(0, from):]
	hint := ""
	for i, b := range loop {
		next := loop[(i+1)%len(loop)]
		hint += b.text + " (" + position(b.at) + ") uses " + next.text + ".\n"
	}
	n.error(at, text+" depends on itself", hint)
}

// inOrder returns two ranges in reading order.
func inOrder(a, b hcl.Range) (first, second hcl.Range) {
	if b.Filename < a.Filename || b.Filename == a.Filename && b.Start.Byte < a.Start.Byte {
		return b, a
	}
	return a, b
}

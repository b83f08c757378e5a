package units

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// body reads the attributes and blocks of one block. What it was asked for is what the block may hold:
// finish reports everything else. Where the block itself does not give an attribute, its layers do.
type body struct {
	*scope
	own *hclsyntax.Body // nil: the block was not written, and all comes from layers or defaults
	// layers are the `defaults` of the supervisors above, nearest first.
	layers []layer
	// kind names the block, with those around it: "app", "log", "pool.listen".
	kind string
	at   hcl.Range // the header
	// attrs and blocks are the names asked for so far.
	attrs, blocks map[string]bool
}

// layer is a block whose attributes count where the body itself has none.
type layer struct {
	own   *hclsyntax.Body
	scope *scope
}

// attribute is one attribute as it is written somewhere.
type attribute struct {
	name  string
	expr  hclsyntax.Expression
	at    hcl.Range // its name
	scope *scope    // of the file it stands in
}

// newBody reads block, a unit or a block inside one.
func newBody(s *scope, block *hclsyntax.Block, kind string) *body {
	return &body{scope: s, own: block.Body, kind: kind, at: block.DefRange()}
}

// known notes that the block may hold an attribute or a block of that name.
func known(names *map[string]bool, name string) {
	if *names == nil {
		*names = map[string]bool{}
	}
	(*names)[name] = true
}

// attr finds an attribute, in the body or in the nearest layer.
func (b *body) attr(name string) (attribute, bool) {
	known(&b.attrs, name)
	if a, ok := find(b.own, b.scope, name); ok {
		return a, true
	}
	for _, l := range b.layers {
		if a, ok := find(l.own, l.scope, name); ok {
			return a, true
		}
	}
	return attribute{}, false
}

// all finds an attribute in the body and in every layer, the farthest first.
func (b *body) all(name string) []attribute {
	known(&b.attrs, name)
	var found []attribute
	for _, l := range slices.Backward(b.layers) {
		if a, ok := find(l.own, l.scope, name); ok {
			found = append(found, a)
		}
	}
	if a, ok := find(b.own, b.scope, name); ok {
		found = append(found, a)
	}
	return found
}

// has says whether the body or a layer gives the attribute a value: null is as good as leaving it out.
func (b *body) has(name string) bool {
	a, ok := b.attr(name)
	return ok && !a.null()
}

// null says whether the attribute comes to null. What cannot be evaluated does not; whoever reads it reports that.
func (a attribute) null() bool {
	quiet := *a.scope
	quiet.report = &report{broken: a.scope.broken}
	value := quiet.eval(a.expr)
	return value.IsKnown() && value.IsNull()
}

func find(own *hclsyntax.Body, s *scope, name string) (attribute, bool) {
	if own == nil {
		return attribute{}, false
	}
	a, ok := own.Attributes[name]
	if !ok {
		return attribute{}, false
	}
	return attribute{name: name, expr: a.Expr, at: a.NameRange, scope: s}, true
}

// one reads a block that may stand here once and has no name. Attributes of the layers' blocks of that type
// count where this one has none. read is called even if nobody wrote the block, for its defaults.
func (b *body) one(name string, read func(*body)) (written bool) {
	known(&b.blocks, name)
	inner := &body{scope: b.scope, kind: b.nested(name), at: b.at}
	var first *hclsyntax.Block
	for _, block := range blocksOf(b.own, name) {
		if first != nil {
			b.error(block.DefRange(), "second "+name+" block", "There is one already at "+position(first.DefRange())+".")
			continue
		}
		first = block
		inner.own, inner.at, written = block.Body, block.DefRange(), true
		for i, label := range block.Labels {
			b.error(block.LabelRanges[i], name+" takes no name", "Write "+name+" { … }; \""+label+"\" is too much.")
		}
	}
	for _, l := range b.layers {
		for _, block := range blocksOf(l.own, name) {
			inner.layers = append(inner.layers, layer{block.Body, l.scope})
			written = true
		}
	}
	read(inner)
	inner.finish()
	return written
}

// each reads blocks that may repeat and have a name. Those of the layers count too, attribute by attribute
// where the names are the same.
func (b *body) each(name string, read func(inner *body, label string)) {
	known(&b.blocks, name)
	inners := map[string]*body{}
	var order []string
	open := func(block *hclsyntax.Block, s *scope) (label string, inner *body) {
		label, ok := s.label(block, name)
		if !ok {
			return "", nil
		}
		if inners[label] == nil {
			order = append(order, label)
			inners[label] = &body{scope: b.scope, kind: b.nested(name), at: block.DefRange()}
		}
		return label, inners[label]
	}
	for _, block := range blocksOf(b.own, name) {
		label, inner := open(block, b.scope)
		switch {
		case inner == nil:
		case inner.own != nil:
			b.error(block.DefRange(), "duplicate "+name+" \""+label+"\"", "The other one is at "+position(inner.at)+".")
		default:
			inner.own = block.Body
		}
	}
	for _, l := range b.layers {
		for _, block := range blocksOf(l.own, name) {
			if _, inner := open(block, l.scope); inner != nil {
				inner.layers = append(inner.layers, layer{block.Body, l.scope})
			}
		}
	}
	for _, label := range order {
		read(inners[label], label)
		inners[label].finish()
	}
}

// nested is the kind of a block inside: only some mean different things in different places.
func (b *body) nested(name string) string {
	switch name {
	case "restart", "health", "log", "limits", "sandbox":
		return name
	}
	return b.kind + "." + name
}

func blocksOf(own *hclsyntax.Body, name string) []*hclsyntax.Block {
	if own == nil {
		return nil
	}
	var found []*hclsyntax.Block
	for _, block := range own.Blocks {
		if block.Type == name {
			found = append(found, block)
		}
	}
	return found
}

// label reads the one name of a repeatable block.
func (s *scope) label(block *hclsyntax.Block, kind string) (string, bool) {
	if !s.oneName(block, kind) {
		return "", false
	}
	return block.Labels[0], true
}

// oneName checks that a block has exactly one name, of letters and digits.
func (r *report) oneName(block *hclsyntax.Block, kind string) bool {
	switch {
	case len(block.Labels) == 0:
		r.error(block.DefRange(), kind+" without a name", "Write "+kind+" \"NAME\" { … }.")
		return false
	case len(block.Labels) > 1:
		r.error(block.LabelRanges[1], kind+" with two names", "It takes one name.")
		return false
	}
	if kind == "secret" {
		return r.checkSecretName(block.Labels[0], block.LabelRanges[0])
	}
	return r.checkName(block.Labels[0], block.LabelRanges[0])
}

// finish reports what the block holds and nobody asked for.
func (b *body) finish() {
	if b.own == nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(b.own.Attributes)) {
		at := b.own.Attributes[name].NameRange
		switch {
		case b.attrs[name]:
		case b.blocks[name]:
			b.error(at, "\""+name+"\" is a block", blockMeant(name))
		default:
			b.error(at, "unknown attribute \""+name+"\" in "+b.title(), b.meant(name))
		}
	}
	for _, block := range b.own.Blocks {
		switch {
		case b.blocks[block.Type]:
		case b.attrs[block.Type]:
			b.error(block.TypeRange, "\""+block.Type+"\" is an attribute", "Write "+block.Type+" = … with an =.")
		default:
			b.error(block.TypeRange, "unknown block \""+block.Type+"\" in "+b.title(), b.meant(block.Type))
		}
	}
}

// title names the kind of block in a sentence.
func (b *body) title() string {
	for i := len(b.kind) - 1; i >= 0; i-- {
		if b.kind[i] == '.' {
			return b.kind[i+1:] + " of " + b.kind[:i]
		}
	}
	return b.kind
}

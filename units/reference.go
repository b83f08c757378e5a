package units

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// unitBlock is the block of a unit, or of all instances of a for_each.
type unitBlock struct {
	kind     Kind
	name     string
	file     string
	block    *hclsyntax.Block
	progress progress
	// instances has one entry with an empty key where the block has no for_each. It is nil when for_each is wrong.
	instances []instance
	listening map[string]progress // by key: whether its listeners' addresses are being evaluated
	addresses map[string]cty.Value
}

// instance is one unit of a block.
type instance struct {
	key   string
	value cty.Value
}

// unitType is the capsule that an expression's reference to a unit holds.
var unitType = cty.Capsule("unit", reflect.TypeFor[ID]())

// unitAttribute is where an object for a unit holds the capsule. No attribute can be spelled so.
const unitAttribute = "(unit)"

func isUnitValue(value cty.Value) bool {
	return value.Type().IsObjectType() && value.Type().HasAttribute(unitAttribute)
}

var namePattern = pattern(`^[a-z][a-z0-9_-]*$`)

// shorterName is the hint for a name that is too long.
const shorterName = "Take a shorter one: files are named after it."

// checkName checks the NAME of a unit or of a block inside one.
func (r *report) checkName(name string, at hcl.Range) bool {
	switch {
	case namePattern().MatchString(name) && len(name) <= 64:
		return true
	case name != "" && name[0] >= '0' && name[0] <= '9':
		r.error(at, "name \""+name+"\" begins with a digit", "Names are [a-z][a-z0-9_-]*: write \"n"+name+"\", for one.")
	case len(name) > 64:
		r.error(at, "name is longer than 64 characters", shorterName)
	default:
		hint := "Names are [a-z][a-z0-9_-]*."
		if lower := strings.ToLower(name); namePattern().MatchString(lower) {
			hint += " Write \"" + lower + "\"."
		}
		r.error(at, "name \""+name+"\" is not allowed", hint)
	}
	return false
}

// addUnit enters the block of a unit.
func (n *names) addUnit(file string, block *hclsyntax.Block) {
	if !n.oneName(block, block.Type) {
		return
	}
	u := &unitBlock{
		kind: Kind(block.Type), name: block.Labels[0], file: file, block: block,
		listening: map[string]progress{}, addresses: map[string]cty.Value{},
	}
	id := NewID(u.kind, u.name, "")
	if other := n.blocks[id]; other != nil {
		n.error(block.DefRange(), "duplicate "+string(id), "The other one is at "+position(other.block.DefRange())+".")
		return
	}
	n.blocks[id] = u
}

// unit resolves a reference to a unit: KIND.NAME, KIND.NAME["KEY"], pool.NAME.listen.NAME.address.
func (n *names) unit(s *scope, t hcl.Traversal) (cty.Value, bool) {
	id := NewID(Kind(t.RootName()), traversalName(t, 1), "")
	u := n.blocks[id]
	if u == nil {
		if !n.incomplete() {
			s.error(t[:2].SourceRange(), "no such unit "+string(id), n.meantUnit(id))
		}
		return cty.NilVal, false
	}
	instances, ok := n.expand(u)
	if !ok {
		return cty.NilVal, false
	}
	rest := t[2:]
	if forEach(u) == nil {
		if len(rest) > 0 {
			if _, index := rest[0].(hcl.TraverseIndex); index {
				s.error(rest[0].SourceRange(), string(id)+" has no instances", "Its block has no for_each; write "+string(id)+".")
				return cty.NilVal, false
			}
		}
		if !n.checkAttribute(s, u, rest) {
			return cty.NilVal, false
		}
		return n.unitValue(u, instances[0]), true
	}
	if key := traversalName(rest, 0); key != "" {
		var keys []string
		for _, i := range instances {
			keys = append(keys, i.key)
		}
		if !slices.Contains(keys, key) {
			s.error(rest[0].SourceRange(), string(id)+" has no instance \""+key+"\"", didYouMean(key, keys, "Its for_each says which there are."))
			return cty.NilVal, false
		}
		if !n.checkAttribute(s, u, rest[1:]) {
			return cty.NilVal, false
		}
	}
	all := map[string]cty.Value{}
	for _, i := range instances {
		all[i.key] = n.unitValue(u, i)
	}
	return cty.ObjectVal(all), true
}

// meantUnit is the hint for a unit that does not exist.
func (n *names) meantUnit(id ID) string {
	var same, all, ofKind []string
	for known := range n.blocks {
		all = append(all, string(known))
		if known.Kind() == id.Kind() {
			ofKind = append(ofKind, known.Name())
		}
		if known.Name() == id.Name() {
			same = append(same, string(known))
		}
	}
	if len(same) > 0 {
		slices.Sort(same)
		return "There is " + list(same, "and") + "."
	}
	if meant := nearest(id.Name(), ofKind); meant != "" {
		return "Did you mean \"" + string(id.Kind()) + "." + meant + "\"?"
	}
	return thereIs(all, "Write "+string(id.Kind())+" \""+id.Name()+"\" { … } into a unit file.")
}

// checkAttribute checks what follows a reference: nothing, or the address of a pool's listener.
func (n *names) checkAttribute(s *scope, u *unitBlock, rest hcl.Traversal) bool {
	if len(rest) == 0 {
		return true
	}
	if u.kind != KindPool || traversalName(rest, 0) != "listen" {
		s.error(rest.SourceRange(), "a unit has no readable attributes", "Only the addresses of a pool's listeners can be read: pool.NAME.listen.NAME.address.")
		return false
	}
	name := traversalName(rest, 1)
	var listeners []string
	for _, block := range blocksOf(u.block.Body, "listen") {
		if len(block.Labels) == 1 {
			listeners = append(listeners, block.Labels[0])
		}
	}
	if !slices.Contains(listeners, name) {
		s.error(rest.SourceRange(), "pool."+u.name+" has no listen \""+name+"\"", didYouMean(name, listeners, "Write listen \""+name+"\" { … } into the pool."))
		return false
	}
	if len(rest) != 3 || traversalName(rest, 2) != "address" {
		s.error(rest.SourceRange(), "only the address of a listener can be read", "Write pool."+u.name+".listen."+name+".address.")
		return false
	}
	return true
}

// unitValue is the object that stands for a unit in expressions.
func (n *names) unitValue(u *unitBlock, i instance) cty.Value {
	id := NewID(u.kind, u.name, i.key)
	object := map[string]cty.Value{unitAttribute: cty.CapsuleVal(unitType, &id)}
	if u.kind == KindPool {
		object["listen"] = n.poolAddresses(u, i)
	}
	return cty.ObjectVal(object)
}

// unitsOf are the ids in a value: one, or all instances of a for_each.
func unitsOf(value cty.Value) []ID {
	if value.IsNull() || !value.IsKnown() || !value.Type().IsObjectType() {
		return nil
	}
	if isUnitValue(value) {
		return []ID{*value.GetAttr(unitAttribute).EncapsulatedValue().(*ID)}
	}
	var ids []ID
	all := value.AsValueMap()
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if !isUnitValue(all[key]) {
			return nil
		}
		ids = append(ids, unitsOf(all[key])...)
	}
	return ids
}

// reference is a unit named in an attribute, and where.
type reference struct {
	from ID
	attr string
	to   ID
	at   hcl.Range
}

// references reads an attribute that is a list of units.
func (b *body) references(from ID, name string) []reference {
	a, ok := b.attr(name)
	if !ok {
		return nil
	}
	hint := "Write it in brackets: " + name + " = [app.api]."
	items, _ := a.scope.elements(a.expr, name, hint)
	var refs []reference
	for _, item := range items {
		if !a.scope.plain(item.value, item.at, name) {
			continue
		}
		ids := unitsOf(item.value)
		if ids == nil && !emptyObject(item.value) {
			b.error(item.at, "an element of "+name+" is not a unit but "+typeName(item.value), "Write a reference without quotes, as app.api.")
			continue
		}
		for _, id := range ids {
			if !slices.ContainsFunc(refs, func(r reference) bool { return r.to == id }) {
				refs = append(refs, reference{from, name, id, item.at})
			}
		}
	}
	return refs
}

// emptyObject is all instances of a for_each that has none.
func emptyObject(value cty.Value) bool {
	return !value.IsNull() && value.Type().IsObjectType() && len(value.Type().AttributeTypes()) == 0
}

// unitRef reads an attribute that is one unit of the given kind.
func (b *body) unitRef(name string, kind Kind) (ID, bool) {
	value, a, ok := b.value(name)
	if !ok {
		return "", false
	}
	ids := unitsOf(value)
	switch {
	case len(ids) != 1 || !isUnitValue(value):
		hint := "Write a reference without quotes: " + name + " = " + string(kind) + ".NAME."
		if len(ids) > 0 {
			hint = "It has instances: write " + string(ids[0].Base()) + "[\"KEY\"], or [each.key] under for_each."
		}
		b.error(a.expr.Range(), name+" has to be one "+string(kind), hint)
	case ids[0].Kind() != kind:
		b.error(a.expr.Range(), name+" has to be "+withArticle(kind)+", and "+string(ids[0])+" is "+withArticle(ids[0].Kind()), "Write a reference to "+withArticle(kind)+": "+name+" = "+string(kind)+".NAME.")
	default:
		return ids[0], true
	}
	return "", false
}

func withArticle(kind Kind) string {
	if kind == KindApp {
		return "an app"
	}
	return "a " + string(kind)
}

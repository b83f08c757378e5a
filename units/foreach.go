package units

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// maxInstances bounds a for_each.
const maxInstances = 1000

var keyPattern = pattern(`^[A-Za-z0-9._-]+$`)

// forEach is a unit block's for_each, or nil.
func forEach(u *unitBlock) *hclsyntax.Attribute { return u.block.Body.Attributes["for_each"] }

// expand lists the units that a block stands for.
func (n *names) expand(u *unitBlock) ([]instance, bool) {
	id := string(NewID(u.kind, u.name, ""))
	attr := forEach(u)
	switch {
	case attr == nil:
		u.instances = []instance{{}}
	case u.progress == running:
		n.reportLoop("for_each of "+id, attr.NameRange)
		return nil, false
	case u.progress == untouched:
		u.progress = running
		n.enter("for_each of "+id, attr.NameRange)
		u.instances = n.forEach(u, attr)
		n.leave()
		u.progress = done
	}
	return u.instances, u.instances != nil
}

// forEach evaluates for_each; nil means that it is wrong, which is reported.
func (n *names) forEach(u *unitBlock, attr *hclsyntax.Attribute) []instance {
	s := n.scope(u.file)
	s.roots = []string{"var", "local", "host", "user", "path"}
	at := attr.Expr.Range()
	value := s.eval(attr.Expr)
	if !value.IsKnown() {
		return nil
	}
	if value.ContainsMarked() {
		n.error(at, "sensitive value in for_each", "Its keys become part of the units' names.")
		return nil
	}
	t := value.Type()
	switch {
	case value.IsNull():
		n.error(at, "for_each is null", "For no instances write {}.")
		return nil
	case t.IsTupleType() || t.IsListType():
		n.error(at, "for_each has to be a map or a set, not a list", "Instances need names: write toset([…]).")
		return nil
	case !t.IsMapType() && !t.IsObjectType() && !t.IsSetType() || isUnitValue(value):
		n.error(at, "for_each has to be a map, an object or a set of texts, not "+typeName(value), "Write { one = …, two = … } or toset([\"one\", \"two\"]).")
		return nil
	case t.IsSetType() && t.ElementType() != cty.String && value.LengthInt() > 0:
		n.error(at, "for_each has to be a set of texts", "Elements of the set become names.")
		return nil
	}
	instances := []instance{}
	for it := value.ElementIterator(); it.Next(); {
		key, item := it.Element()
		if t.IsSetType() {
			key = item
		}
		if key.IsNull() {
			n.error(at, "a key of for_each is null", "Each becomes part of the name of an instance.")
			return nil
		}
		if name := key.AsString(); !keyPattern().MatchString(name) || len(name) > 64 {
			n.error(at, "key "+quote(name)+" of for_each is not allowed", "Keys are [A-Za-z0-9._-]+ and at most 64 characters long.")
			return nil
		}
		if instances = append(instances, instance{key.AsString(), item}); len(instances) > maxInstances {
			n.error(at, fmt.Sprintf("for_each has more than %d instances", maxInstances), "Take fewer, or spread them over several blocks.")
			return nil
		}
	}
	slices.SortFunc(instances, func(a, b instance) int { return strings.Compare(a.key, b.key) })
	return instances
}

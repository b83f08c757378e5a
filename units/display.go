package units

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// display writes a value as HCL would spell it, for plans and `show`.
func display(value cty.Value) string {
	switch t := value.Type(); {
	case value.IsMarked():
		return "(sensitive)"
	case !value.IsKnown() || value.IsNull():
		return "null"
	case t == cty.String:
		return quote(value.AsString())
	case t == cty.Number:
		return numberText(value)
	case t == cty.Bool:
		if value.True() {
			return "true"
		}
		return "false"
	case t.IsObjectType() || t.IsMapType():
		return displayMap(value)
	case t.IsTupleType() || t.IsListType() || t.IsSetType():
		var items []string
		for _, item := range value.AsValueSlice() {
			items = append(items, display(item))
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return value.Type().FriendlyName()
}

func displayMap(value cty.Value) string {
	if isUnitValue(value) {
		return string(unitsOf(value)[0])
	}
	all := value.AsValueMap()
	if len(all) == 0 {
		return "{}"
	}
	var items []string
	for _, key := range slices.Sorted(maps.Keys(all)) {
		items = append(items, key+" = "+display(all[key]))
	}
	return "{ " + strings.Join(items, ", ") + " }"
}

// quote writes a text in quotes, readable characters as they are.
func quote(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(text) != nil {
		return "\"\""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

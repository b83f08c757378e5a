package units

import (
	"errors"
	"reflect"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// AlertScope is what is told: as JSON with these keys, in `body` as alert.KEY, and in the environment of a command as
// UNITD_ALERT_KEY.
type AlertScope struct {
	Name        string `json:"name"`  // of the alert block
	Event       string `json:"event"` // an AlertKind
	Unit        string `json:"unit"`
	Description string `json:"description"`
	State       string `json:"state"`   // "failed (start-limit)"
	Reason      string `json:"reason"`  // in words
	Summary     string `json:"summary"` // all that in one line
	At          string `json:"at"`      // when it happened, RFC 3339
	Host        string `json:"host"`
	Account     string `json:"account"`
	LeftOut     int    `json:"left_out"` // how many alerts of the unit were held back before this one
	Run         int    `json:"run"`      // of a pipeline; 0: it is none
	Commit      string `json:"commit"`   // that the run was about; "": none
	Log         string `json:"log"`      // the last lines that the unit has written
	Test        bool   `json:"test"`     // nothing has happened: somebody tries the alert
}

// Fields lists the keys and values of an AlertScope, in its order.
func (s AlertScope) Fields() (keys []string, values []any) {
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		keys = append(keys, v.Type().Field(i).Tag.Get("json"))
		values = append(values, v.Field(i).Interface())
	}
	return keys, values
}

// alertKeys are the names after `alert.`.
func alertKeys() []string {
	keys, _ := AlertScope{}.Fields()
	return keys
}

// object is what `alert` stands for in an expression.
func (s AlertScope) object() cty.Value {
	all := map[string]cty.Value{}
	keys, values := s.Fields()
	for i, key := range keys {
		switch value := values[i].(type) {
		case string:
			all[key] = cty.StringVal(value)
		case int:
			all[key] = cty.NumberIntVal(int64(value))
		case bool:
			all[key] = cty.BoolVal(value)
		}
	}
	return cty.ObjectVal(all)
}

// sampleAlert is what loading evaluates a body with: texts that name where they come from.
func sampleAlert(kind AlertKind) AlertScope {
	return AlertScope{
		Name: "{alert.name}", Event: string(kind), Unit: "{alert.unit}", Description: "{alert.description}",
		State: "{alert.state}", Reason: "{alert.reason}", Summary: "{alert.summary}", At: "{alert.at}",
		Host: "{alert.host}", Account: "{alert.account}", Commit: "{alert.commit}", Log: "{alert.log}",
	}
}

// AlertBody is the text that an alert posts, an expression that may name alert.*.
type AlertBody struct {
	body *body
	name string
	// Sensitive says that the text holds a sensitive value. What people see of it is sample, what is compared samples.
	Sensitive       bool
	sample, samples string
}

// Render evaluates the text. An error is one that only shows with these values; it is for people and quotes no
// sensitive value.
func (a *AlertBody) Render(what AlertScope) (string, error) {
	found := &report{}
	b := a.body.starting(&Scope{Alert: &what}, found, nil)
	b.attrs, b.blocks = nil, nil // several may be rendered at once
	text, _, _ := b.alertText(a.name)
	for _, problem := range found.sorted() {
		return "", errors.New(position(subject(problem)) + ": " + problem.Summary)
	}
	return text, nil
}

// alertBody reads the text to post; nil where none is given.
func (b *body) alertBody(name string) *AlertBody {
	if _, ok := b.attr(name); !ok {
		return nil
	}
	resolved := map[hclsyntax.Expression]*resolution{}
	text := &AlertBody{name: name}
	for _, kind := range alertKinds {
		what := sampleAlert(kind)
		sampled := b.starting(&Scope{Alert: &what}, b.report, b.names)
		sampled.record(resolved, false)
		rendered, sensitive, ok := sampled.alertText(name)
		if !ok {
			return nil
		}
		if kind == AlertFailed {
			text.sample, text.body = rendered, sampled.starting(nil, nil, nil)
		}
		text.samples += rendered + "\x00"
		text.Sensitive = text.Sensitive || sensitive
	}
	return text
}

// alertText evaluates the text to post, which may be sensitive.
func (b *body) alertText(name string) (text string, sensitive, ok bool) {
	a, _ := b.attr(name)
	value := a.scope.eval(a.expr)
	if !value.IsKnown() {
		return "", false, false
	}
	sensitive = value.ContainsMarked()
	value, _ = value.UnmarkDeep()
	if !value.IsNull() && !value.Type().IsPrimitiveType() {
		a.scope.error(a.expr.Range(), name+" has to be a text, not "+typeName(value), "jsonencode(…) makes a text of anything.")
		return "", sensitive, false
	}
	text, ok = a.scope.asText(value, a.expr.Range(), name)
	return text, sensitive, ok
}

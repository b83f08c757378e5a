package server

import (
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"unitd/ipc/protocol"
)

// openapi is as much of an OpenAPI document as the tests compare.
type openapi struct {
	Paths      map[string]map[string]operation
	Components struct {
		Schemas    map[string]schema
		Parameters map[string]parameter
	}
}

type operation struct{ Parameters []parameter }

type parameter struct {
	Ref  string `yaml:"$ref"`
	Name string
	In   string
}

type schema struct {
	Required   []string
	Properties map[string]property
	Enum       []string
}

type property struct {
	Type  string
	Ref   string `yaml:"$ref"`
	Enum  []string
	Items *property
}

func readOpenAPI(t *testing.T) openapi {
	t.Helper()
	text, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var document openapi
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	return document
}

func TestOpenAPIDescribesEveryRoute(t *testing.T) {
	var described, served []string
	document := readOpenAPI(t)
	for path, methods := range document.Paths {
		for method, op := range methods {
			line := strings.ToUpper(method) + " " + path
			for _, p := range op.Parameters {
				if of, shared := strings.CutPrefix(p.Ref, "#/components/parameters/"); shared {
					p = document.Components.Parameters[of]
				}
				if p.In == "query" {
					line += " " + p.Name
				}
			}
			described = append(described, line)
		}
	}
	for _, rt := range routes {
		served = append(served, strings.TrimSpace(rt.pattern+" "+rt.query))
	}
	slices.Sort(described)
	slices.Sort(served)
	if !slices.Equal(described, served) {
		t.Fatalf("described\n%s\nserved\n%s", strings.Join(described, "\n"), strings.Join(served, "\n"))
	}
}

// TestOpenAPIDescribesEveryDocument compares the schemas with the Go types, field for field.
func TestOpenAPIDescribesEveryDocument(t *testing.T) {
	types := map[string]reflect.Type{}
	for _, value := range []any{
		protocol.UnitStatus{}, protocol.Trigger{}, protocol.JobRequest{}, protocol.JobStatus{}, protocol.ScaleRequest{},
		protocol.MaintenanceRequest{}, protocol.AlertTestRequest{}, protocol.AlertTest{},
		protocol.KillRequest{}, protocol.NamesRequest{}, protocol.EnableRequest{}, protocol.EnableResult{},
		protocol.ApplyRequest{}, protocol.ApplyResult{}, protocol.ShowDocument{}, protocol.CatDocument{}, protocol.Security{}, protocol.Timer{},
		protocol.RunRequest{}, protocol.PipelineRun{},
		protocol.DependencyGraph{}, protocol.Environment{}, protocol.LogLine{}, protocol.Event{}, protocol.ManagerStatus{}, protocol.ReexecRequest{}, protocol.ReexecResult{}, protocol.Problem{},
	} {
		collect(reflect.TypeOf(value), types)
	}
	schemas := readOpenAPI(t).Components.Schemas
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		if types[name] == nil {
			t.Errorf("%s is described but no document", name)
		}
	}
	for name, typ := range types {
		described, ok := schemas[name]
		if !ok {
			t.Errorf("%s is not described", name)
			continue
		}
		compare(t, name, typ, described)
	}
}

// collect adds typ and the structs that its fields hold.
func collect(typ reflect.Type, types map[string]reflect.Type) {
	for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[time.Time]() || types[typ.Name()] != nil {
		return
	}
	types[typ.Name()] = typ
	for i := range typ.NumField() {
		collect(typ.Field(i).Type, types)
	}
}

func compare(t *testing.T, name string, typ reflect.Type, described schema) {
	t.Helper()
	known := map[string]bool{}
	for i := range typ.NumField() {
		key, options, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if key == "-" {
			continue
		}
		known[key] = true
		p, ok := described.Properties[key]
		if !ok {
			t.Errorf("%s.%s is not described", name, key)
			continue
		}
		if got, want := p.String(), jsonType(typ.Field(i).Type); got != want {
			t.Errorf("%s.%s is described as %s and is %s", name, key, got, want)
		}
		optional := strings.HasPrefix(options, "omit")
		if slices.Contains(described.Required, key) == optional {
			t.Errorf("%s.%s: required %v, left out when empty %v", name, key, !optional, optional)
		}
	}
	for key := range described.Properties {
		if !known[key] {
			t.Errorf("%s.%s is described but no field", name, key)
		}
	}
}

func (p property) String() string {
	switch {
	case p.Ref != "":
		return strings.TrimPrefix(p.Ref, "#/components/schemas/")
	case p.Items != nil:
		return "[]" + p.Items.String()
	}
	return p.Type
}

func jsonType(typ reflect.Type) string {
	switch typ.Kind() {
	case reflect.Pointer:
		return jsonType(typ.Elem())
	case reflect.Slice:
		if typ.Elem().Kind() == reflect.Uint8 {
			return "string" // encoding/json writes base64
		}
		return "[]" + jsonType(typ.Elem())
	case reflect.Struct:
		if typ == reflect.TypeFor[time.Time]() {
			return "string"
		}
		return typ.Name()
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Float64:
		return "number"
	default:
		return "integer"
	}
}

func TestOpenAPIListsTheVerbs(t *testing.T) {
	verbs := readOpenAPI(t).Components.Schemas["JobRequest"].Properties["verb"].Enum
	if !slices.Equal(verbs, protocol.JobVerbs) {
		t.Fatalf("described %q, known %q", verbs, protocol.JobVerbs)
	}
}

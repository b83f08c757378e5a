package units

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// notRead are the files that name attributes for show, with dots.
var notRead = []string{
	"describe.go", "describe_program.go", "describe_manager.go", "describe_pipeline.go",
}

// TestDocumented looks in docs/units.md and in the man page for every name that a block may hold, taken from
// the calls that ask a body for it: b.text("command"), b.one("restart", …).
func TestDocumented(t *testing.T) {
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") || slices.Contains(notRead, source) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	asking := map[string]bool{}
	for _, file := range files {
		for _, declared := range file.Decls {
			if method, ok := declared.(*ast.FuncDecl); ok && asksForName(method) {
				asking[method.Name.Name] = true
			}
		}
	}
	names := map[string]bool{}
	for _, l := range lists {
		names[l.name] = true
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			if name, ok := askedName(n, asking); ok {
				names[name] = true
			}
			return true
		})
	}
	if len(names) < 100 {
		t.Fatalf("found %d names only: %v", len(names), names)
	}
	for _, page := range []string{"../docs/units.md", "../docs/man/unitd.units.5"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for name := range names {
			if !regexp.MustCompile(`\b` + name + `\b`).Match(text) {
				t.Errorf("%s does not name %s", page, name)
			}
		}
	}
}

// asksForName finds the methods of body whose first parameter is the name of an attribute or block.
func asksForName(method *ast.FuncDecl) bool {
	if method.Recv == nil || len(method.Type.Params.List) == 0 {
		return false
	}
	star, ok := method.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	receiver, ok := star.X.(*ast.Ident)
	first := method.Type.Params.List[0]
	return ok && receiver.Name == "body" && len(first.Names) > 0 && first.Names[0].Name == "name"
}

func askedName(n ast.Node, asking map[string]bool) (string, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return "", false
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !asking[method.Sel.Name] {
		return "", false
	}
	literal, ok := call.Args[0].(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	name, err := strconv.Unquote(literal.Value)
	return name, err == nil
}

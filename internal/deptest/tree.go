package deptest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// module is the name in go.mod; imports below it are rooms of this house.
const module = "unitd"

// A file is one Go source file as the rules see it.
type file struct {
	path    string // slash separated, from the root of the module
	test    bool   // ends in _test.go
	pkg     string // name in the package clause
	doc     bool   // has a package comment
	lines   int
	imports []mention // import paths
	uses    []mention // "time.Now": import path and name of what is used from an imported package
}

// A mention is a name in a source file with the line where it stands.
type mention struct {
	name string
	line int
}

// readTree parses the Go files below the root of fsys, without testdata, hidden directories and the
// modules below it.
func readTree(fsys fs.FS) ([]file, error) {
	var files []file
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && !belongs(fsys, name):
			return fs.SkipDir
		case entry.IsDir() || !strings.HasSuffix(name, ".go"):
			return nil
		}
		f, err := readFile(fsys, name)
		files = append(files, f)
		return err
	})
	return files, err
}

func belongs(fsys fs.FS, dir string) bool {
	base := path.Base(dir)
	if base == "testdata" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return false
	}
	_, err := fs.Stat(fsys, path.Join(dir, "go.mod"))
	return err != nil
}

func readFile(fsys fs.FS, name string) (file, error) {
	source, err := fs.ReadFile(fsys, name)
	if err != nil {
		return file{}, err
	}
	positions := token.NewFileSet()
	syntax, err := parser.ParseFile(positions, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return file{}, fmt.Errorf("parse %s: %w", name, err)
	}
	f := file{
		path:  name,
		test:  strings.HasSuffix(name, "_test.go"),
		pkg:   syntax.Name.Name,
		doc:   syntax.Doc != nil,
		lines: bytes.Count(source, []byte("\n")),
	}
	local := map[string]string{} // name in this file -> import path
	for _, spec := range syntax.Imports {
		target, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return file{}, fmt.Errorf("parse %s: %w", name, err)
		}
		f.imports = append(f.imports, mention{target, positions.Position(spec.Pos()).Line})
		if spec.Name != nil {
			local[spec.Name.Name] = target
		} else {
			local[path.Base(target)] = target
		}
	}
	ast.Inspect(syntax, func(node ast.Node) bool {
		if selector, ok := node.(*ast.SelectorExpr); ok {
			if left, ok := selector.X.(*ast.Ident); ok && local[left.Name] != "" {
				used := local[left.Name] + "." + selector.Sel.Name
				f.uses = append(f.uses, mention{used, positions.Position(selector.Pos()).Line})
			}
		}
		return true
	})
	return f, nil
}

// dir is the directory of f from the root of the module, "." for the root.
func (f file) dir() string { return path.Dir(f.path) }

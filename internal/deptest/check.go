package deptest

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// maxLines is the longest that a file of the product may be. Longer ones hold more than one subject.
const maxLines = 400

// shapeless are package names that say nothing about what is inside, so everything ends up there.
var shapeless = []string{"util", "utils", "helper", "helpers", "common", "misc", "shared", "base", "lib", "data", "info"}

// Check reads the module at the root of fsys and returns a line for every broken rule, with the reason
// for the rule. The error is about files that cannot be read or parsed.
func Check(fsys fs.FS) ([]string, error) {
	files, err := readTree(fsys)
	if err != nil {
		return nil, err
	}
	var broken []string
	for _, f := range files {
		broken = append(broken, checkRules(f)...)
		broken = append(broken, checkFile(f)...)
	}
	return append(broken, checkDocs(files)...), nil
}

func checkRules(f file) []string {
	var broken []string
	for _, r := range rules {
		if !r.covers(f) {
			continue
		}
		verb, mentions := "imports", f.imports
		if r.uses {
			verb, mentions = "uses", f.uses
		}
		for _, m := range mentions {
			if r.bad(f, m.name) {
				broken = append(broken, fmt.Sprintf("%s:%d %s %s: %s", f.path, m.line, verb, m.name, r.why))
			}
		}
	}
	return broken
}

func checkFile(f file) []string {
	var broken []string
	if !f.test && f.lines > maxLines {
		broken = append(broken, fmt.Sprintf("%s has %d lines: above %d a file holds more than one subject; split it by what a reader looks for", f.path, f.lines, maxLines))
	}
	if slices.Contains(shapeless, f.pkg) {
		broken = append(broken, fmt.Sprintf("%s is in package %s: name a package after what it answers for", f.path, f.pkg))
	}
	if f.dir() == "runtime" && path.Base(f.path) != "doc.go" {
		broken = append(broken, f.path+": the root of runtime holds doc.go only; code belongs to one of its packages")
	}
	return broken
}

// checkDocs wants a package comment in every package: in doc.go, or in its only file.
func checkDocs(files []file) []string {
	packages := map[string][]file{}
	for _, f := range files {
		if !f.test {
			packages[f.dir()] = append(packages[f.dir()], f)
		}
	}
	var broken []string
	for dir, members := range packages {
		at := slices.IndexFunc(members, func(f file) bool { return path.Base(f.path) == "doc.go" })
		if at < 0 && len(members) == 1 {
			at = 0
		}
		if at < 0 || !members[at].doc {
			broken = append(broken, dir+" has no doc.go with a package comment: say what the package answers for, what not, and where to start")
		}
	}
	slices.Sort(broken)
	return broken
}

package main

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/spf13/cobra"
)

// largestUnitFile is the largest file that unitd loads, in bytes.
const largestUnitFile = 1 << 20

func newFmt(c *console) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use: "fmt [PATH…]", Short: "Rewrite unit files in the one style; no manager is needed", GroupID: files,
		Long: `Rewrite the unit files given, or all *.hcl below the directories given, by
default --units, and print the names of those that changed. "-" formats
standard input to standard output. A file with a syntax error is left alone.`,
		RunE: func(_ *cobra.Command, paths []string) error {
			if len(paths) == 1 && paths[0] == "-" {
				return c.formatStream()
			}
			return c.formatFiles(paths, check)
		},
	}
	cmd.Flags().BoolVar(&check, "check", false, "change nothing; exit 1 if a file is not in the style")
	return cmd
}

func (c *console) formatStream() error {
	text, err := io.ReadAll(io.LimitReader(c.in, largestUnitFile))
	if err != nil {
		return failed("format standard input: %v", err)
	}
	formatted, err := c.format("standard input", text)
	if err != nil {
		return err
	}
	_, err = c.out.Write(formatted)
	return err
}

func (c *console) formatFiles(paths []string, check bool) error {
	if len(paths) == 0 {
		d, err := c.dirs()
		if err != nil {
			return err
		}
		paths = []string{d.Units}
	}
	var names []string
	for _, path := range paths {
		found, err := unitFiles(path)
		if err != nil {
			return failed("format: %v", err)
		}
		names = append(names, found...)
	}
	changed, bad := []string{}, 0
	for _, name := range names {
		rewritten, err := c.formatFile(name, check)
		switch {
		case err != nil:
			bad++
			c.report(err)
		case rewritten:
			changed = append(changed, name)
		}
	}
	if err := c.print(changed, strings.Join(append(changed, ""), "\n")); err != nil {
		return err
	}
	if bad > 0 || check && len(changed) > 0 {
		return silent(exitFailed)
	}
	return nil
}

// formatFile formats one file in place and tells whether that changed, or would change, it.
func (c *console) formatFile(name string, check bool) (bool, error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return false, failed("format: %v", err)
	}
	formatted, err := c.format(name, text)
	if err != nil || bytes.Equal(text, formatted) {
		return false, err
	}
	if check {
		return true, nil
	}
	return true, replace(name, formatted)
}

// format formats text that has no syntax error.
func (c *console) format(name string, text []byte) ([]byte, error) {
	if _, diags := hclsyntax.ParseConfig(text, name, hcl.InitialPos); diags.HasErrors() {
		if err := c.writeDiagnostics(diags, map[string][]byte{name: text}, ""); err != nil {
			return nil, err
		}
		return nil, failed("format %s: it has a syntax error and stays as it is", name)
	}
	return hclwrite.Format(text), nil
}

// unitFiles lists path itself, or the *.hcl below it as unitd reads them: without hidden directories.
func unitFiles(path string) ([]string, error) {
	root, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	var names []string
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(entry.Name(), ".") && name != root
		switch {
		case err != nil:
			return err
		case entry.IsDir() && hidden:
			return fs.SkipDir
		case !entry.IsDir() && (name == root || strings.HasSuffix(name, ".hcl") && !hidden):
			names = append(names, filepath.Join(path, strings.TrimPrefix(name, root)))
		}
		return nil
	})
	return names, err
}

// replace writes a file beside the old one and moves it there, so that no reader sees half of it. A link
// stays one.
func replace(name string, content []byte) error {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return failed("format: %v", err)
	}
	old, err := os.Stat(target)
	if err != nil {
		return failed("format: %v", err)
	}
	file, err := os.CreateTemp(filepath.Dir(target), ".fmt-")
	if err != nil {
		return failed("format: %v", err)
	}
	defer os.Remove(file.Name()) // gone already where all went well
	_, err = file.Write(content)
	if err == nil {
		err = file.Chmod(old.Mode().Perm())
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(file.Name(), target)
	}
	if err != nil {
		return failed("format: %v", err)
	}
	return nil
}

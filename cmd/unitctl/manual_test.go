package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"unitd/internal/columns"
)

// TestHelpFits holds the help of every verb to the columns of a terminal.
func TestHelpFits(t *testing.T) {
	var walk func(*cobra.Command)
	walk = func(command *cobra.Command) {
		var text strings.Builder
		command.SetOut(&text)
		if err := command.Help(); err != nil {
			t.Error(err)
		}
		for line := range strings.Lines(text.String()) {
			if columns.Width(strings.TrimSuffix(line, "\n")) > widest {
				t.Errorf("%s --help: %q is too long", command.CommandPath(), line)
			}
		}
		for _, verb := range command.Commands() {
			walk(verb)
		}
	}
	walk(newRoot(newConsole()))
}

// TestVerbsAreListed looks in the lists of verbs of the README and of docs/behaviour.md for each.
func TestVerbsAreListed(t *testing.T) {
	for _, file := range []string{"../../README.md", "../../docs/behaviour.md"} {
		page, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, verb := range newRoot(newConsole()).Commands() {
			if !verb.Hidden && !regexp.MustCompile("`"+verb.Name()+"[` ]").Match(page) {
				t.Errorf("%s does not name the verb %s", file, verb.Name())
			}
		}
	}
}

// TestManual looks in unitctl(1) for every verb and every flag.
func TestManual(t *testing.T) {
	page, err := os.ReadFile("../../docs/man/unitctl.1")
	if err != nil {
		t.Fatal(err)
	}
	named := func(pattern string) bool { return regexp.MustCompile(`(?m)` + pattern).Match(page) }
	var walk func(*cobra.Command, string)
	walk = func(command *cobra.Command, parent string) {
		for _, verb := range command.Commands() {
			path := parent + verb.Name()
			if verb.HasSubCommands() && path != "completion" {
				walk(verb, path+" ")
				continue
			}
			if !verb.Hidden && !named(`^\.It Cm `+path+`( |$)`) {
				t.Errorf("unitctl.1 does not name the verb %s", path)
			}
			verb.Flags().VisitAll(func(f *pflag.Flag) {
				if !named(`Fl -`+f.Name+`\b`) && (f.Shorthand == "" || !named(`Fl `+f.Shorthand+`\b`)) && f.Name != "help" {
					t.Errorf("unitctl.1 does not name --%s of %s", f.Name, path)
				}
			})
		}
	}
	root := newRoot(newConsole())
	walk(root, "")
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if !named(`Fl -` + f.Name + `\b`) {
			t.Errorf("unitctl.1 does not name --%s", f.Name)
		}
	})
}

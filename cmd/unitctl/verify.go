package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/internal/version"
	"unitd/policy/access"
	"unitd/runtime/host"
	"unitd/units"
)

func newVerify(c *console) *cobra.Command {
	in := units.Inputs{Version: version.Version, Verbs: access.Words()}
	cmd := &cobra.Command{
		Use: "verify [DIR]", Short: "Check unit files; no manager is needed", GroupID: files,
		Long: `Check the unit files below DIR, by default those of --units, as unitd would
load them on this host: all mistakes at once, each with its file, line and a
hint. Exit 0 if they load (warnings do not count), else 1.`,
		Args: takes(0, 1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(_ *cobra.Command, args []string) error { return c.verify(args, in) },
	}
	cmd.Flags().StringToStringVar(&in.Vars, "var", nil, "`NAME=VALUE`, as for unitd --var")
	cmd.Flags().BoolVar(&in.Strict, "strict", false, "fail also on what is missing for a start now")
	return cmd
}

func (c *console) verify(args []string, in units.Inputs) error {
	d, err := c.dirs()
	if err != nil {
		return err
	}
	shown := d.Units
	if len(args) == 1 {
		shown = args[0]
	}
	dir, err := filepath.Abs(shown)
	if err != nil {
		return failed("verify %s: %v", shown, err)
	}
	switch found, err := os.Stat(dir); {
	case err != nil:
		return failed("verify %s: there is no such directory", shown)
	case !found.IsDir():
		return failed("verify %s: it is no directory; name the one that holds the unit files", shown)
	}
	h, err := host.Ephemeral(units.Paths{Units: dir, Runtime: d.Runtime, State: d.State, Log: d.Log()})
	if err != nil {
		return failed("verify %s: %v", shown, err)
	}
	set, diags := units.Load(os.DirFS(dir), h, in)
	if c.json {
		err = c.printJSON(diagnostics(diags, shown))
	} else {
		err = c.writeDiagnostics(diags, set.Sources, shown)
	}
	switch {
	case err != nil:
		return err
	case diags.HasErrors():
		return silent(exitFailed)
	case !c.json:
		fmt.Fprintf(c.out, "%s: %s\n", shown, goodNews(set))
	}
	return nil
}

// goodNews says what was found to be without mistakes. An app that a pool runs is part of that.
func goodNews(set *units.Set) string {
	n := 0
	for _, u := range set.Units {
		if u.TemplateOf == "" {
			n++
		}
	}
	if n == 0 {
		return "no units in *.hcl files"
	}
	return "no mistakes in " + screen.Count(n, "unit")
}

// writeDiagnostics writes diagnostics to standard error, with paths as the person gave them.
func (c *console) writeDiagnostics(diags hcl.Diagnostics, sources map[string][]byte, dir string) error {
	renamed := make(map[string][]byte, len(sources))
	for name, text := range sources {
		renamed[filepath.Join(dir, name)] = text
	}
	list := make(hcl.Diagnostics, len(diags))
	for i, d := range diags {
		placed := *d
		placed.Subject, placed.Context = below(dir, d.Subject), below(dir, d.Context)
		list[i] = &placed
	}
	style := c.errStyle()
	return units.WriteDiagnostics(c.err, list, renamed, uint(style.Width), style.Colour)
}

// below puts dir before the file name of a range.
func below(dir string, at *hcl.Range) *hcl.Range {
	if at == nil || at.Filename == "" {
		return at
	}
	moved := *at
	moved.Filename = filepath.Join(dir, at.Filename)
	return &moved
}

// diagnostic is one mistake for scripts.
type diagnostic struct {
	Severity string `json:"severity"`
	Summary  string `json:"summary"`
	Hint     string `json:"hint,omitempty"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
}

func diagnostics(diags hcl.Diagnostics, dir string) []diagnostic {
	list := make([]diagnostic, len(diags))
	for i, d := range diags {
		list[i] = diagnostic{Severity: "error", Summary: d.Summary, Hint: strings.TrimSpace(d.Detail)}
		if d.Severity == hcl.DiagWarning {
			list[i].Severity = "warning"
		}
		if at := below(dir, d.Subject); at != nil {
			list[i].File, list[i].Line, list[i].Column = at.Filename, at.Start.Line, at.Start.Column
		}
	}
	return list
}

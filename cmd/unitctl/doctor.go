package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/internal/dirs"
	"unitd/ipc/client"
	"unitd/ipc/protocol"
	"unitd/policy/access"
	"unitd/policy/containment"
	"unitd/policy/doctor"
	"unitd/runtime/executor"
	"unitd/runtime/host"
	"unitd/runtime/survey"
	"unitd/units"
)

func newDoctor(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "doctor [DIR]", Short: "Say what this host allows, and what to ask for", GroupID: self,
		Long: `Look at this host and account: what they allow, what unitd does because of it,
and what to ask whoever runs the host for. The manager is asked which units it
has loaded; without one, or with DIR, they are read from the unit files. Exit 1
if a unit needs what is missing, so that it does not start.`,
		Args: takes(0, 1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			facts, err := c.survey(cmd.Context(), args)
			if err != nil {
				return err
			}
			findings := doctor.Examine(facts)
			sick := doctor.Sick(findings)
			document := struct {
				OK       bool             `json:"ok"`
				Findings []doctor.Finding `json:"findings"`
			}{!sick, findings}
			if err := c.print(document, screen.Doctor(findings, c.style())); err != nil {
				return err
			}
			if sick {
				return silent(exitFailed)
			}
			return nil
		},
	}
}

// survey finds the facts, and which units there are.
func (c *console) survey(ctx context.Context, args []string) (doctor.Facts, error) {
	d, err := c.dirs()
	if err != nil {
		return doctor.Facts{}, err
	}
	trial, err := rehearse(ctx)
	if err != nil {
		return doctor.Facts{}, failed("try what units would get: %v", err)
	}
	facts := survey.Account(ctx, d.Home, d.State)
	facts.Namespaces = survey.Namespaces(trial.NoNamespaces())
	if len(args) == 0 {
		if facts.Units, err = c.loadedUnits(ctx); err == nil {
			return facts, nil
		}
		if missing := (*client.NoManagerError)(nil); !errors.As(err, &missing) {
			c.note("note: the manager does not say which units it has (%v): they are read from the unit files", err)
		}
		facts.Units, err = unitsIn(d.Units, d, trial, facts.Cgroup)
		facts.Units.Where = "as the unit files say"
		return facts, err
	}
	if facts.Units, err = unitsIn(args[0], d, trial, facts.Cgroup); err == nil && facts.Units.NoneSaid {
		err = failed("doctor %s: there is no such directory", args[0])
	}
	return facts, err
}

// rehearse tries what a manager would, in a directory that is gone afterwards.
func rehearse(ctx context.Context) (*executor.Rehearsal, error) {
	dir, err := os.MkdirTemp("", "unitctl-doctor-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	return executor.Rehearse(ctx, dir)
}

// loadedUnits asks the manager.
func (c *console) loadedUnits(ctx context.Context) (doctor.Units, error) {
	out := doctor.Units{Where: "as the manager has loaded them"}
	manager, err := c.manager()
	if err != nil {
		return out, err
	}
	list, err := manager.Units(ctx, nil)
	if err != nil {
		return out, err
	}
	for _, status := range list {
		if status.Containment == "" {
			continue // it runs no program
		}
		document, err := manager.Show(ctx, status.ID)
		if err != nil {
			return out, err
		}
		out.Units = append(out.Units, unitShown(status, document))
	}
	return out, nil
}

// unitShown is a unit as the manager shows it: the notes of attributes say what it goes without. Those of defaults count
// where it starts with nothing less.
func unitShown(status protocol.UnitStatus, document protocol.ShowDocument) doctor.Unit {
	u := doctor.Unit{ID: status.ID}
	for _, a := range document.Attributes {
		u.Required = u.Required || a.Name == "sandbox.namespace" && strings.Trim(a.Value, `"`) == "required"
	}
	for _, a := range document.Attributes {
		name := strings.TrimPrefix(a.Name, "sandbox.")
		if a.Note != "" && (u.Required || strings.Contains(status.Note, name)) {
			u.Missing = append(u.Missing, containment.Missing{Names: []string{name}, Why: a.Note})
		}
	}
	return u
}

// has reports a limit that units would have of a delegated cgroup, of which the trial has made no use.
func has(cgroup doctor.Cgroup, name string) bool {
	controller := map[string]string{"limits.tasks": "pids", "limits.cpu": "cpu"}[name]
	return cgroup.Delegated && slices.Contains(cgroup.Controllers, controller)
}

// unitsIn reads unit files.
func unitsIn(shown string, d dirs.Dirs, trial *executor.Rehearsal, cgroup doctor.Cgroup) (doctor.Units, error) {
	out := doctor.Units{Where: "in " + shown}
	dir, err := filepath.Abs(shown)
	if err != nil {
		return out, failed("read units: %v", err)
	}
	switch stat, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrNotExist):
		out.NoneSaid = true
		return out, nil
	case err != nil:
		return out, failed("read units: %v", err)
	case !stat.IsDir():
		return out, failed("read units: %s is no directory", shown)
	}
	h, err := host.Ephemeral(units.Paths{Units: dir, Runtime: d.Runtime, State: d.State, Log: d.Log()})
	if err != nil {
		return out, failed("read units: %v", err)
	}
	set, diags := units.Load(os.DirFS(dir), h, units.Inputs{Verbs: access.Words()})
	if diags.HasErrors() {
		out.Problem = "the files in " + shown + " have mistakes"
		return out, nil
	}
	_, strict := units.Load(os.DirFS(dir), h, units.Inputs{Verbs: access.Words(), Strict: true})
	for _, diagnostic := range strict {
		if strings.HasPrefix(diagnostic.Detail, "Set-uid programs ") {
			out.SetUID = append(out.SetUID, fmt.Sprintf("%s:%d: %s", diagnostic.Subject.Filename, diagnostic.Subject.Start.Line, diagnostic.Summary))
		}
	}
	for id, unit := range set.Units {
		process := unit.Process()
		if process == nil || unit.TemplateOf != "" {
			continue
		}
		u := doctor.Unit{ID: string(id), Required: process.Sandbox.Namespace == "required"}
		for _, missing := range trial.Decide(process).Missing {
			missing.Names = slices.DeleteFunc(slices.Clone(missing.Names), func(name string) bool {
				isDefault := !strings.HasPrefix(name, "limits.") && !process.Sandbox.Asked(name)
				return isDefault && !u.Required || has(cgroup, name)
			})
			if len(missing.Names) > 0 {
				u.Missing = append(u.Missing, missing)
			}
		}
		out.Units = append(out.Units, u)
	}
	slices.SortFunc(out.Units, func(a, b doctor.Unit) int { return strings.Compare(a.ID, b.ID) })
	return out, nil
}

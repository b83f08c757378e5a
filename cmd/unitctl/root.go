package main

import (
	"context"

	"github.com/spf13/cobra"

	"unitd/internal/dirs"
	"unitd/internal/version"
)

// run does what the arguments say and returns the exit status.
func run(ctx context.Context, c *console, args []string) int {
	root := newRoot(c)
	if err := unknownVerb(root, args); err != nil {
		return c.report(err)
	}
	root.SetArgs(keepNegative(args))
	return c.report(root.ExecuteContext(ctx))
}

func newRoot(c *console) *cobra.Command {
	root := &cobra.Command{
		Use:   "unitctl VERB [UNIT…]",
		Short: "Control the units of a unitd",
		Long: `unitctl controls the units of the unitd that runs as this user.

A UNIT is KIND.NAME (pool.api), or NAME alone where one unit only has it (api);
site.shop is an instance, api/2 a worker. * and ? make a pattern.

Exit status: 0 done; 1 the job failed, or a file is invalid; 2 usage, or an
ambiguous name; 3 a unit is not active; 4 no such unit; 5 no manager; 6 not
permitted.

` + dirs.EnvUnits + ", " + dirs.EnvState + ", " + dirs.EnvRuntime + ` and
` + envSocket + ` say in the environment what the flags say.`,
		SilenceErrors: true, SilenceUsage: true,
		PersistentPreRun: func(*cobra.Command, []string) { c.ran = true },
		Args:             cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cmd.SetOut(c.err)
			if err := cmd.Help(); err != nil {
				return err
			}
			return silent(exitUsage)
		},
	}
	root.SetFlagErrorFunc(flagError)
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.err)
	flags := root.PersistentFlags()
	flags.StringVar(&c.flags.Units, "units", "", "`DIR` of the unit files (default ~/.config/unitd/units)")
	flags.StringVar(&c.flags.State, "state-dir", "", "`DIR` of state and logs (default ~/.local/state/unitd)")
	flags.StringVar(&c.flags.Runtime, "runtime-dir", "", "`DIR` of the sockets (default STATE/run)")
	flags.StringVar(&c.socket, "socket", "", "`PATH` of a control socket (RUNTIME/control.sock)")
	flags.BoolVar(&c.json, "json", false, "print JSON")
	root.Version = version.Version
	root.SetVersionTemplate("unitctl {{.Version}}\n")
	root.Flags().Bool("version", false, "the same as version")
	root.AddGroup(
		&cobra.Group{ID: look, Title: "Look:"}, &cobra.Group{ID: act, Title: "Act:"},
		&cobra.Group{ID: files, Title: "Unit files:"}, &cobra.Group{ID: self, Title: "unitd itself:"})
	root.SetHelpCommandGroupID(self)
	root.SetCompletionCommandGroupID(self)
	root.AddCommand(
		newStatus(c), newList(c), newShow(c), newCat(c), newDeps(c), newLogs(c), newEvents(c), newHistory(c), newEnv(c), newTimers(c), newDeploys(c), newProxy(c), newWebhook(c), newSecurity(c),
		newIsActive(c), newIsFailed(c), newIsEnabled(c), newWait(c),
		newStart(c), newStop(c), newRestart(c), newTryRestart(c), newReload(c), newReloadOrRestart(c),
		newKill(c), newScale(c), newMaintenance(c), newResetFailed(c), newAlert(c), newEnable(c), newDisable(c), newDeploy(c), newRollback(c), newRun(c),
		newVerify(c), newFmt(c), newPlan(c), newApply(c), newDaemonReload(c), newDaemonReexec(c),
		newBoot(c), newDoctor(c), newManager(c), newVersion(c))
	// Now and not while it runs, so that unknownVerb knows them.
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd("unitctl")
	root.SetUsageFunc(writeUsage)
	describeOwnVerbs(root)
	root.SuggestionsMinimumDistance = 2
	return root
}

// Groups of verbs in the help.
const (
	look  = "look"
	act   = "act"
	files = "files"
	self  = "self"
)

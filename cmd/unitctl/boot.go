package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"unitd/internal/dirs"
	"unitd/policy/crontab"
	"unitd/runtime/cron"
	"unitd/units"
)

func newBoot(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use: "boot", Short: "Have cron start unitd at boot, or see whether it does", GroupID: self, Args: takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			return usage("boot needs a verb: enable, disable or status")
		},
	}
	cmd.AddCommand(newBootEnable(c), newBootDisable(c), newBootStatus(c))
	return cmd
}

func newBootEnable(c *console) *cobra.Command {
	var every string
	var printOnly bool
	cmd := &cobra.Command{
		Use: "enable", Short: "Put the lines that start unitd into the crontab", Args: takes(0, 0),
		Long: `Put two lines into the crontab of this account, between marker lines of their
own: one starts unitd at the boot of the host, the other looks every so often
whether it is there and starts it if it is not. Nothing else in the crontab
changes; again, it changes what is between the marker lines.

For hosts that hold crontabs in a panel, --print only prints the lines.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			lines, d, err := c.bootLines(every)
			switch {
			case err != nil:
				return err
			case printOnly:
				return c.print(lines, strings.Join(lines, "\n")+"\n")
			}
			return c.enableBoot(cmd.Context(), d, lines)
		},
	}
	cmd.Flags().StringVar(&every, "every", "1m", "`INTERVAL` of looking; some hosts want 5m")
	cmd.Flags().BoolVar(&printOnly, "print", false, "print the lines, and change nothing")
	return cmd
}

// bootLines are the lines of the crontab for the directories in use.
func (c *console) bootLines(every string) ([]string, dirs.Dirs, error) {
	d, err := c.dirs()
	if err != nil {
		return nil, d, err
	}
	interval, err := units.ParseDuration(every)
	if err != nil {
		return nil, d, usage("boot enable: --every %s is no interval: write 5m", every)
	}
	unitd, err := managerProgram()
	if err != nil {
		return nil, d, err
	}
	lines, err := crontab.Lines(crontab.Command{Unitd: unitd, Units: d.Units, State: d.State, Runtime: d.Runtime}, interval)
	if err != nil {
		return nil, d, usage("boot enable: %v", err)
	}
	return lines, d, nil
}

// managerProgram finds the program unitd: beside this one, where an installation puts it, else in PATH.
func managerProgram() (string, error) {
	self, err := os.Executable()
	if err == nil {
		beside := filepath.Join(filepath.Dir(self), "unitd")
		if cron.Gone([]string{beside}) == "" {
			return beside, nil
		}
	}
	found, err := exec.LookPath("unitd")
	if err == nil {
		found, err = filepath.Abs(found)
	}
	if err != nil {
		return "", failed("boot enable: there is no unitd beside %s and none in PATH; install both programs in one directory", self)
	}
	return found, nil
}

func (c *console) enableBoot(ctx context.Context, d dirs.Dirs, lines []string) error {
	found, err := changeCrontab(ctx, d.State, func(text string) (string, error) { return crontab.Enable(text, d.State, lines) })
	if err != nil {
		return failed("%v", err)
	}
	for _, line := range found.Others {
		c.note("note: another line of the crontab starts a unitd too; if it is this one, take it out with crontab -e:\n  %s", line)
	}
	state := cron.Look()
	if state == cron.Absent {
		c.note("warning: no cron runs on this host now, so nothing will act on the crontab")
	}
	if c.json {
		return c.printJSON(bootStatus(found, state, nil))
	}
	return nil
}

func newBootDisable(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "disable", Short: "Take the lines that start unitd out of the crontab", Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := c.dirs()
			if err != nil {
				return err
			}
			found, err := changeCrontab(cmd.Context(), d.State, func(text string) (string, error) { return crontab.Disable(text, d.State) })
			if err != nil {
				return failed("%v", err)
			}
			for _, line := range found.Lines {
				c.note("note: a line that unitctl does not keep starts a unitd still; if it is this one, take it out with crontab -e:\n  %s", line)
			}
			return nil
		},
	}
}

// changeCrontab changes the crontab of the account, if that is a change, and says what it does for unitd then.
func changeCrontab(ctx context.Context, state string, change func(string) (string, error)) (crontab.Found, error) {
	before, err := cron.Read(ctx)
	if err != nil {
		return crontab.Found{}, err
	}
	after, err := change(before)
	if err != nil {
		return crontab.Found{}, err
	}
	if after != before {
		if err := cron.Exact(before); err != nil {
			return crontab.Found{}, err
		}
		if err := cron.Install(ctx, after); err != nil {
			return crontab.Found{}, err
		}
	}
	return crontab.Find(after, state)
}

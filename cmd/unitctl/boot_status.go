package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
	"unitd/policy/crontab"
	"unitd/runtime/cron"
)

// boot is what brings unitd back, for scripts.
type boot struct {
	Enabled bool     `json:"enabled"`
	Kept    bool     `json:"kept"`
	Reboot  bool     `json:"reboot"`
	Every   string   `json:"every,omitempty"`
	Lines   []string `json:"lines"`
	Others  []string `json:"others,omitempty"`
	Cron    string   `json:"cron"`
	Problem string   `json:"problem,omitempty"`
}

func bootStatus(found crontab.Found, state cron.State, problem error) boot {
	b := boot{
		Enabled: len(found.Lines) > 0, Kept: found.Kept, Reboot: found.Reboot, Lines: append([]string{}, found.Lines...), Others: found.Others,
		Cron: string(state), Every: found.Times,
	}
	if found.Every > 0 {
		b.Every = found.Every.String()
	}
	gone := cron.Gone(found.Programs)
	switch {
	case problem != nil:
		b.Problem = problem.Error()
	case gone != "":
		b.Problem = "the crontab starts " + gone + ", and there is no such program: unitctl boot enable"
	}
	return b
}

func newBootStatus(c *console) *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "Say what brings unitd back; exit 1 if nothing does", Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := c.dirs()
			if err != nil {
				return err
			}
			text, problem := cron.Read(cmd.Context())
			var found crontab.Found
			if problem == nil {
				found, problem = crontab.Find(text, d.State)
			}
			b := bootStatus(found, cron.Look(), problem)
			if err := c.print(b, screen.Boot(bootScreen(found, b), c.style())); err != nil {
				return err
			}
			if !b.Enabled || b.Problem != "" || b.Cron == string(cron.Absent) {
				return silent(exitFailed)
			}
			return nil
		},
	}
}

func bootScreen(found crontab.Found, b boot) screen.BootState {
	return screen.BootState{Words: found.Words(), Kept: b.Kept, Lines: b.Lines, Others: b.Others, Cron: b.Cron, Problem: b.Problem}
}

// notEnabled is said where no line of a crontab starts unitd.
const notEnabled = "not enabled"

// broughtBackBy is what bootWords has said, of a manager that somebody else may have started who starts it again; ""
// of one that is not the one of these directories, as another account's, whose crontab is not at hand.
func (c *console) broughtBackBy(words string, manager protocol.ManagerStatus) string {
	if d, err := c.dirs(); err != nil || d.State != manager.StateDir {
		return ""
	}
	if words == notEnabled && manager.NoGuard != "" {
		return "not by cron"
	}
	return words
}

// bootPatience is how long somebody who wants to see more than that waits for crontab(1).
const bootPatience = 2 * time.Second

// bootWords looks up in the background what brings unitd back, and says it in short when it is asked: "cron, @reboot +
// every minute"; "": that cannot be told.
func (c *console) bootWords(ctx context.Context) func() string {
	d, err := c.dirs()
	if err != nil {
		return func() string { return "" }
	}
	said := make(chan string, 1)
	go func() {
		ctx, cancel := context.WithTimeout(ctx, bootPatience)
		defer cancel()
		text, err := cron.Read(ctx)
		if missing := (cron.NoProgramError{}); errors.As(err, &missing) {
			said <- "no crontab on this host"
			return
		}
		found, bad := crontab.Find(text, d.State)
		switch {
		case err != nil || bad != nil:
			said <- ""
		case found.Words() == "":
			said <- notEnabled
		case cron.Gone(found.Programs) != "":
			said <- "not by cron, which would start " + cron.Gone(found.Programs) + ", and there is no such program"
		default:
			said <- "cron, " + found.Words()
		}
	}()
	return func() string { return <-said }
}

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/client"
	"unitd/ipc/protocol"
)

// waiting are the flags of verbs that wait for a job.
type waiting struct {
	no      bool
	timeout time.Duration
	// answer is what --json prints of a job; nil: the job itself.
	answer func(*protocol.JobStatus) any
}

func (w *waiting) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&w.no, "no-wait", false, "do not wait for the job to end")
	cmd.Flags().DurationVar(&w.timeout, "timeout", 0, "wait at most this long; the job goes on")
}

// errTimeout is the cause of a context whose --timeout ended.
var errTimeout = errors.New("timeout")

// newJobVerb makes a verb that is one job over the units named.
func newJobVerb(c *console, verb, short string) *cobra.Command {
	var w waiting
	cmd := &cobra.Command{
		Use: verb + " UNIT…", Short: short, GroupID: act,
		Args: takes(1, unlimited), ValidArgsFunction: c.completeUnits,
		RunE: func(cmd *cobra.Command, names []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			job, err := manager.Submit(cmd.Context(), protocol.JobRequest{Verb: verb, Units: names})
			if err != nil {
				return err
			}
			c.mentionReload(job)
			return c.follow(cmd.Context(), manager, job, w)
		},
	}
	w.register(cmd)
	return cmd
}

// follow waits for the end of a job, shows its progress on a terminal, and says why it failed.
func (c *console) follow(ctx context.Context, manager *client.Client, job protocol.JobStatus, w waiting) error {
	if w.no {
		return c.printJob(job, w)
	}
	if w.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, w.timeout, errTimeout)
		defer cancel()
	}
	shown := progress{c: c}
	err := manager.WatchJob(ctx, job.ID, func(latest protocol.JobStatus) error {
		job = latest
		shown.draw(job)
		return nil
	})
	shown.erase()
	switch {
	case errors.Is(err, errTimeout):
		return failed("%s did not end in %v and goes on: %s", screen.JobTitle(job), w.timeout, screen.Waiting(job))
	case errors.Is(err, client.ErrStreamEnded):
		return failed("the manager ended before job %d (%s) did", job.ID, job.Verb)
	case errors.Is(err, context.Canceled):
		c.note("unitctl: interrupted; %s goes on", screen.JobTitle(job))
		return silent(exitInterrupted)
	case err != nil:
		return err
	}
	for _, warning := range job.Warnings {
		c.note("warning: %s", screen.Plain(warning))
	}
	if err := c.printJob(job, w); err != nil {
		return err
	}
	if !job.Success() {
		return failed("%s", screen.Failure(job, c.errStyle()))
	}
	return nil
}

// printJob prints the job for scripts; people are told of failures only, as by systemctl.
func (c *console) printJob(job protocol.JobStatus, w waiting) error {
	switch {
	case !c.json:
		return nil
	case w.answer != nil:
		return c.printJSON(w.answer(&job))
	}
	return c.printJSON(job)
}

// progress redraws a job on a terminal, in place.
type progress struct {
	c     *console
	lines int
}

func (p *progress) draw(job protocol.JobStatus) {
	if !p.c.errTerminal || job.Done() || p.c.getenv("TERM") == "dumb" {
		return
	}
	lines := screen.Progress(job, p.c.errStyle())
	p.erase()
	// One write, so that nobody sees half of it.
	fmt.Fprint(p.c.err, strings.Join(lines, "\n")+"\n")
	p.lines = len(lines)
}

// erase takes back what was drawn: to the first column, since the terminal may have shown a ^C, cursor up, then
// clear to the end of the screen (ECMA-48, CUU and ED).
func (p *progress) erase() {
	if p.lines > 0 {
		fmt.Fprintf(p.c.err, "\r\x1b[%dA\x1b[J", p.lines)
	}
	p.lines = 0
}

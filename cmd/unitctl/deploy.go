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

func newDeploy(c *console) *cobra.Command {
	var w waiting
	var request protocol.RunRequest
	cmd := &cobra.Command{
		Use: "deploy [PIPELINE]", Short: "Run a pipeline (default: the only one) and follow it", GroupID: act,
		Args: takes(0, 1), ValidArgsFunction: c.completePipeline,
		RunE: func(cmd *cobra.Command, names []string) error {
			if len(names) > 0 {
				request.Pipeline = names[0]
			}
			return c.deploy(cmd.Context(), request, w)
		},
	}
	w.register(cmd)
	cmd.Flags().StringVar(&request.Commit, "to", "", "a `COMMIT` or tag, instead of the newest of the branch")
	cmd.Flags().StringVar(&request.Branch, "branch", "", "another `BRANCH` than that of the git step")
	return cmd
}

func newRollback(c *console) *cobra.Command {
	var w waiting
	cmd := &cobra.Command{
		Use: "rollback PIPELINE", Short: "Take back the run of a pipeline that is live", GroupID: act,
		Args: takes(1, 1), ValidArgsFunction: c.completePipeline,
		RunE: func(cmd *cobra.Command, names []string) error {
			return c.deploy(cmd.Context(), protocol.RunRequest{Pipeline: names[0], Rollback: true}, w)
		},
	}
	w.register(cmd)
	return cmd
}

// deploy asks for a run and follows it.
func (c *console) deploy(ctx context.Context, request protocol.RunRequest, w waiting) error {
	manager, err := c.manager()
	if err != nil {
		return err
	}
	run, err := manager.Deploy(ctx, request)
	if err != nil {
		return err
	}
	if w.no {
		return c.print(run, screen.RunTitle(run)+"\n")
	}
	if w.timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, w.timeout, errTimeout)
		defer cancel()
	}
	run, err = c.watchRun(ctx, manager, run)
	switch {
	case errors.Is(err, errTimeout):
		return failed("%s did not end in %v and %s", screen.RunTitle(run), w.timeout, screen.RunGoesOn(run))
	case errors.Is(err, client.ErrStreamEnded):
		return failed("the manager ended before %s did: what it had begun is taken back when unitd starts again", screen.RunTitle(run))
	case errors.Is(err, context.Canceled):
		c.note("unitctl: interrupted; %s %s", screen.RunTitle(run), screen.RunGoesOn(run))
		return silent(exitInterrupted)
	case err != nil:
		return err
	}
	if c.json {
		err = c.printJSON(run)
	} else if run.Success() {
		_, err = fmt.Fprintln(c.out, screen.RunSuccess(run))
	}
	if err == nil && !run.Success() {
		return failed("%s", screen.RunFailure(run, c.errStyle()))
	}
	return err
}

// redrawEvery is how often the time beside a running step moves on.
const redrawEvery = 100 * time.Millisecond

// watchRun follows a run to its end: each step is told when it has ended, and on a terminal what runs is drawn below.
func (c *console) watchRun(ctx context.Context, manager *client.Client, run protocol.PipelineRun) (protocol.PipelineRun, error) {
	shown := progress{c: c}
	defer shown.erase()
	if !c.json {
		fmt.Fprintln(c.out, screen.RunTitle(run))
	}
	updates, ended := make(chan protocol.PipelineRun), make(chan error, 1)
	watching, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		ended <- manager.WatchRun(watching, run.Pipeline, run.ID, func(latest protocol.PipelineRun) error {
			select {
			case updates <- latest:
			case <-watching.Done():
			}
			return nil
		})
	}()
	tick := time.NewTicker(redrawEvery)
	defer tick.Stop()
	seen := protocol.PipelineRun{}
	for {
		select {
		case run = <-updates:
			shown.erase()
			c.tellSteps(seen, run)
			seen = run
			shown.drawRun(run)
		case <-tick.C:
			shown.drawRun(run)
		case err := <-ended:
			return run, err
		}
	}
}

// tellSteps prints what has come of steps.
func (c *console) tellSteps(seen, run protocol.PipelineRun) {
	if c.json {
		return
	}
	if run.State == protocol.RunRollingBack && seen.State != protocol.RunRollingBack && !run.Rollback {
		defer fmt.Fprintln(c.out, "goes back")
	}
	for _, line := range screen.StepNews(seen, run, c.style()) {
		fmt.Fprintln(c.out, line)
	}
}

// drawRun is draw for a run of a pipeline.
func (p *progress) drawRun(run protocol.PipelineRun) {
	if !p.c.errTerminal || run.Done() || p.c.getenv("TERM") == "dumb" {
		return
	}
	lines := screen.RunProgress(run, p.c.errStyle())
	p.erase()
	if len(lines) == 0 {
		return
	}
	fmt.Fprint(p.c.err, strings.Join(lines, "\n")+"\n")
	p.lines = len(lines)
}

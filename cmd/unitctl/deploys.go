package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
)

func newDeploys(c *console) *cobra.Command {
	var last int
	var log bool
	cmd := &cobra.Command{
		Use: "deploys [PIPELINE [RUN]]", Short: "Show the runs of pipelines, or one run with its steps", GroupID: look,
		Args: takes(0, 2), ValidArgsFunction: c.completePipeline,
		RunE: func(cmd *cobra.Command, args []string) error {
			if last < 0 || last > protocol.MaxRuns {
				return usage("--lines %d: from 0 to %d", last, protocol.MaxRuns)
			}
			pipeline, id, err := namedRun(args)
			switch {
			case err != nil:
				return err
			case log && id == 0:
				return usage("--log: of which run? Write: unitctl deploys PIPELINE RUN --log")
			case log:
				return c.logs(cmd.Context(), protocol.LogQuery{Units: []string{pipeline + "/" + strconv.Itoa(id)}, Lines: protocol.AllLines})
			case id > 0:
				return c.deployment(cmd.Context(), pipeline, id)
			}
			return c.deploys(cmd.Context(), protocol.RunQuery{Pipelines: args, Last: last})
		},
	}
	cmd.Flags().IntVarP(&last, "lines", "n", 10, "how many `runs` of each pipeline")
	cmd.Flags().BoolVar(&log, "log", false, "print what the steps of the run wrote")
	return cmd
}

// namedRun reads PIPELINE RUN, or PIPELINE/RUN; 0: no run is named.
func namedRun(args []string) (pipeline string, id int, err error) {
	if len(args) == 0 {
		return "", 0, nil
	}
	pipeline, text := args[0], ""
	if at := strings.LastIndexByte(pipeline, '/'); at >= 0 && len(args) == 1 {
		pipeline, text = pipeline[:at], pipeline[at+1:]
	} else if len(args) == 2 {
		text = args[1]
	}
	if text == "" {
		return pipeline, 0, nil
	}
	id, err = strconv.Atoi(strings.TrimPrefix(text, "#"))
	if err != nil || id < 1 {
		return "", 0, usage("deploys: %q is no number of a run, such as 17", text)
	}
	return pipeline, id, nil
}

func (c *console) deploys(ctx context.Context, query protocol.RunQuery) error {
	manager, err := c.manager()
	if err != nil {
		return err
	}
	list, err := manager.Runs(ctx, query)
	if err != nil {
		return err
	}
	one := len(query.Pipelines) == 1 && !strings.ContainsAny(query.Pipelines[0], "*?")
	return c.print(list, screen.Deploys(list, one, c.style()))
}

func (c *console) deployment(ctx context.Context, pipeline string, id int) error {
	manager, err := c.manager()
	if err != nil {
		return err
	}
	run, err := manager.Run(ctx, pipeline, id)
	if err != nil {
		return err
	}
	return c.print(run, screen.Deployment(run, c.style()))
}

// completePipeline offers the names of pipelines.
func (c *console) completePipeline(cmd *cobra.Command, args []string, begin string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var pipelines []protocol.UnitStatus
	for _, u := range c.unitsNow(cmd.Context()) {
		if u.Kind == "pipeline" {
			pipelines = append(pipelines, u)
		}
	}
	return offerNames(pipelines, begin), cobra.ShellCompDirectiveNoFileComp
}

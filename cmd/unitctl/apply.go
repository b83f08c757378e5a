package main

import (
	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
)

func newApply(c *console) *cobra.Command {
	var request protocol.ApplyRequest
	cmd := newApplying(c, &request)
	cmd.Use, cmd.Short = "apply", "Load the unit files and do what plan shows"
	cmd.Flags().BoolVar(&request.NoRestart, "no-restart", false, "load definitions and leave what runs")
	return cmd
}

func newDaemonReload(c *console) *cobra.Command {
	cmd := newApplying(c, &protocol.ApplyRequest{NoRestart: true})
	cmd.Use, cmd.Short = "daemon-reload", "The same as apply --no-restart"
	return cmd
}

func newApplying(c *console, request *protocol.ApplyRequest) *cobra.Command {
	var w waiting
	cmd := &cobra.Command{
		GroupID: files, Args: takes(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			manager, err := c.manager()
			if err != nil {
				return err
			}
			result, err := manager.Apply(cmd.Context(), *request)
			if err != nil {
				return err
			}
			text := screen.Plan(result.Plan, c.style())
			switch {
			case len(result.Plan.Changes) == 0:
				text += screen.PlanSummary(result.Plan) + "\n"
			case request.NoRestart:
				text += "loaded; what runs was left alone\n"
			}
			switch {
			case result.Job == nil:
				return c.print(result, text)
			case !c.json:
				if err := c.print(nil, text); err != nil {
					return err
				}
			}
			w.answer = func(job *protocol.JobStatus) any {
				result.Job = job
				return result
			}
			return c.follow(cmd.Context(), manager, *result.Job, w)
		},
	}
	w.register(cmd)
	return cmd
}

package client

import (
	"context"
	"net/url"
	"strconv"

	"unitd/ipc/protocol"
)

// Deploy asks for a run of a pipeline and returns once it is accepted.
func (c *Client) Deploy(ctx context.Context, request protocol.RunRequest) (protocol.PipelineRun, error) {
	return post[protocol.PipelineRun](ctx, c, "/v1/runs", request)
}

// Runs lists runs of the pipelines named, or of all.
func (c *Client) Runs(ctx context.Context, query protocol.RunQuery) ([]protocol.PipelineRun, error) {
	values := named(query.Pipelines...)
	if values == nil {
		values = url.Values{}
	}
	values.Set("last", strconv.Itoa(query.Last))
	return get[[]protocol.PipelineRun](ctx, c, "/v1/runs", values)
}

// Run returns one run.
func (c *Client) Run(ctx context.Context, pipeline string, id int) (protocol.PipelineRun, error) {
	return get[protocol.PipelineRun](ctx, c, runPath(pipeline, id), nil)
}

// WatchRun emits a run after every change until it is done.
func (c *Client) WatchRun(ctx context.Context, pipeline string, id int, emit func(protocol.PipelineRun) error) error {
	return stream(ctx, c, runPath(pipeline, id)+"/events", nil, emit)
}

// CancelRun ends a run.
func (c *Client) CancelRun(ctx context.Context, pipeline string, id int) (protocol.PipelineRun, error) {
	return post[protocol.PipelineRun](ctx, c, runPath(pipeline, id)+"/cancel", nil)
}

func runPath(pipeline string, id int) string {
	return "/v1/runs/" + url.PathEscape(pipeline) + "/" + strconv.Itoa(id)
}

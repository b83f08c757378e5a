package client

import (
	"context"
	"strconv"

	"unitd/ipc/protocol"
)

// Submit asks for a transaction and returns once it is accepted.
func (c *Client) Submit(ctx context.Context, request protocol.JobRequest) (protocol.JobStatus, error) {
	return post[protocol.JobStatus](ctx, c, "/v1/jobs", request)
}

// Job returns a job as it stands.
func (c *Client) Job(ctx context.Context, id uint64) (protocol.JobStatus, error) {
	return get[protocol.JobStatus](ctx, c, jobPath(id), nil)
}

// WatchJob emits a job after every change until it is done.
func (c *Client) WatchJob(ctx context.Context, id uint64, emit func(protocol.JobStatus) error) error {
	return stream(ctx, c, jobPath(id)+"/events", nil, emit)
}

// Maintenance has the manager answer the clients of a pool, or no more.
func (c *Client) Maintenance(ctx context.Context, pool string, request protocol.MaintenanceRequest) (protocol.JobStatus, error) {
	return post[protocol.JobStatus](ctx, c, unitPath(pool)+"/maintenance", request)
}

// Scale sets the workers of a pool.
func (c *Client) Scale(ctx context.Context, pool string, request protocol.ScaleRequest) (protocol.JobStatus, error) {
	return post[protocol.JobStatus](ctx, c, unitPath(pool)+"/scale", request)
}

// Kill sends a signal.
func (c *Client) Kill(ctx context.Context, request protocol.KillRequest) error {
	_, err := post[struct{}](ctx, c, "/v1/kill", request)
	return err
}

// ResetFailed forgets the failures of the units named, or of all.
func (c *Client) ResetFailed(ctx context.Context, names []string) error {
	_, err := post[struct{}](ctx, c, "/v1/reset-failed", protocol.NamesRequest{Units: names})
	return err
}

// SetEnabled enables or disables units.
func (c *Client) SetEnabled(ctx context.Context, request protocol.EnableRequest) (protocol.EnableResult, error) {
	path := "/v1/disable"
	if request.Enabled {
		path = "/v1/enable"
	}
	return post[protocol.EnableResult](ctx, c, path, request)
}

func jobPath(id uint64) string { return "/v1/jobs/" + strconv.FormatUint(id, 10) }

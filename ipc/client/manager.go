package client

import (
	"context"

	"unitd/ipc/protocol"
)

// Status describes the manager.
func (c *Client) Status(ctx context.Context) (protocol.ManagerStatus, error) {
	return get[protocol.ManagerStatus](ctx, c, "/v1/manager", nil)
}

// Shutdown asks the manager to stop everything and end; it returns once that has begun.
func (c *Client) Shutdown(ctx context.Context) error {
	_, err := post[struct{}](ctx, c, "/v1/manager/shutdown", nil)
	return err
}

// Reexec asks the manager to execute its program anew; it returns once that has begun.
func (c *Client) Reexec(ctx context.Context, request protocol.ReexecRequest) (protocol.ReexecResult, error) {
	return post[protocol.ReexecResult](ctx, c, "/v1/manager/reexec", request)
}

// Plan says what Apply would do.
func (c *Client) Plan(ctx context.Context) (protocol.Plan, error) {
	return get[protocol.Plan](ctx, c, "/v1/plan", nil)
}

// Apply loads the unit files and begins what the plan says.
func (c *Client) Apply(ctx context.Context, request protocol.ApplyRequest) (protocol.ApplyResult, error) {
	return post[protocol.ApplyResult](ctx, c, "/v1/apply", request)
}

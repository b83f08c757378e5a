package client

import (
	"context"

	"unitd/ipc/protocol"
)

// TestAlerts tells a sample by the alerts of a unit, or by the one named.
func (c *Client) TestAlerts(ctx context.Context, unit string, request protocol.AlertTestRequest) ([]protocol.AlertTest, error) {
	return post[[]protocol.AlertTest](ctx, c, unitPath(unit)+"/alerts/test", request)
}

// Package webhook serves the webhooks of pipelines: requests by which a provider tells of a push, and the status of the runs
// that follow. policy/webhook decides what a request means; who runs pipelines, reads secrets and opens listeners is given
// by the caller. Start at Server, then receive in request.go.
package webhook

package client

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"unitd/ipc/protocol"
)

// Units lists the units named, or all.
func (c *Client) Units(ctx context.Context, names []string) ([]protocol.UnitStatus, error) {
	return get[[]protocol.UnitStatus](ctx, c, "/v1/units", named(names...))
}

// WatchUnits emits the states of the units named at once and after every change.
func (c *Client) WatchUnits(ctx context.Context, names []string, emit func([]protocol.UnitStatus) error) error {
	return stream(ctx, c, "/v1/watch", named(names...), emit)
}

// Show lists a unit's attributes.
func (c *Client) Show(ctx context.Context, name string) (protocol.ShowDocument, error) {
	return get[protocol.ShowDocument](ctx, c, unitPath(name)+"/show", nil)
}

// Cat gives a unit's source.
func (c *Client) Cat(ctx context.Context, name string) (protocol.CatDocument, error) {
	return get[protocol.CatDocument](ctx, c, unitPath(name)+"/cat", nil)
}

// Security assesses the units named, or all that run programs.
func (c *Client) Security(ctx context.Context, names []string) ([]protocol.Security, error) {
	return get[[]protocol.Security](ctx, c, "/v1/security", named(names...))
}

// Timers says when the jobs named run, or all.
func (c *Client) Timers(ctx context.Context, names []string) ([]protocol.Timer, error) {
	return get[[]protocol.Timer](ctx, c, "/v1/timers", named(names...))
}

// Dependencies gives the graph of all units.
func (c *Client) Dependencies(ctx context.Context, names []string) (protocol.DependencyGraph, error) {
	return get[protocol.DependencyGraph](ctx, c, "/v1/dependencies", named(names...))
}

// Environment gives a unit's environment with its sensitive values, as a program that runs in it needs.
func (c *Client) Environment(ctx context.Context, query protocol.EnvironmentQuery) (protocol.Environment, error) {
	values := url.Values{"name": {query.Name}, "reveal": {"true"}}
	if query.Credentials != "" {
		values.Set("credentials", query.Credentials)
	}
	return get[protocol.Environment](ctx, c, "/v1/environment", values)
}

// MaskedEnvironment gives a unit's environment for people to read.
func (c *Client) MaskedEnvironment(ctx context.Context, name string) (protocol.Environment, error) {
	return get[protocol.Environment](ctx, c, "/v1/environment", url.Values{"name": {name}})
}

// Logs emits lines of output.
// It goes on by itself where the manager executes another program, so nobody needs its cursor, which is "".
func (c *Client) Logs(ctx context.Context, query protocol.LogQuery, emit func(protocol.LogLine) error) (cursor string, err error) {
	values := url.Values{"name": query.Units, "lines": {"all"}}
	if query.Lines != protocol.AllLines {
		values.Set("lines", strconv.Itoa(query.Lines))
	}
	for name, at := range map[string]time.Time{"since": query.Since, "until": query.Until} {
		if !at.IsZero() {
			values.Set(name, at.Format(time.RFC3339Nano))
		}
	}
	if query.Grep != "" {
		values.Set("grep", query.Grep)
	}
	if query.Follow {
		values.Set("follow", "true")
	}
	from := follower{query: values, lines: "lines"}
	if query.Cursor != "" {
		values.Set("cursor", query.Cursor)
	}
	return "", streamAgain(ctx, c, "/v1/logs", values, from.again, func(line protocol.LogLine) error {
		if from.had(line.Time) {
			return nil
		}
		return emit(line)
	})
}

// Events emits what has happened to units.
func (c *Client) Events(ctx context.Context, query protocol.EventQuery, emit func(protocol.Event) error) error {
	values := url.Values{"name": query.Units, "last": {strconv.Itoa(query.Last)}}
	if !query.Since.IsZero() {
		values.Set("since", query.Since.Format(time.RFC3339Nano))
	}
	if query.Follow {
		values.Set("follow", "true")
	}
	from := follower{query: values, lines: "last"}
	return streamAgain(ctx, c, "/v1/events", values, from.again, func(event protocol.Event) error {
		if from.had(event.At) {
			return nil
		}
		return emit(event)
	})
}

func unitPath(name string) string { return "/v1/units/" + url.PathEscape(name) }

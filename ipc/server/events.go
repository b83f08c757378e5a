package server

import (
	"time"

	"unitd/ipc/protocol"
)

const defaultEvents = 10

func getEvents(x *exchange) error {
	query, err := x.eventQuery()
	if err != nil {
		return err
	}
	return x.finish(x.manager().Events(x.context(), query, func(event protocol.Event) error {
		return x.send("event", event)
	}))
}

func (x *exchange) eventQuery() (query protocol.EventQuery, err error) {
	query = protocol.EventQuery{Units: x.names(), Last: defaultEvents}
	if text := x.r.URL.Query().Get("since"); text != "" {
		if query.Since, err = time.Parse(time.RFC3339, text); err != nil {
			return query, protocol.BadRequest("since is %q, which is no time as RFC 3339 has it, such as 2026-05-01T12:00:00Z", text)
		}
		query.Last = protocol.MaxEvents
	}
	if query.Last, err = x.number("last", query.Last, protocol.MaxEvents); err != nil {
		return query, err
	}
	query.Follow, err = x.flag("follow")
	return query, err
}

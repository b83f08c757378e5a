package server

import "unitd/ipc/protocol"

const defaultEvents = 10

func getEvents(x *exchange) error {
	query, err := x.eventQuery()
	if err != nil {
		return err
	}
	if !query.Follow {
		x.patience = logTimeout
	}
	return x.finish(x.manager().Events(x.context(), query, func(event protocol.Event) error {
		return x.send("event", event)
	}))
}

func (x *exchange) eventQuery() (query protocol.EventQuery, err error) {
	query = protocol.EventQuery{Units: x.names(), Last: defaultEvents}
	if query.Since, err = x.moment("since"); err != nil {
		return query, err
	}
	if !query.Since.IsZero() {
		query.Last = protocol.MaxEvents
	}
	if query.Last, err = x.number("last", query.Last, protocol.MaxEvents); err != nil {
		return query, err
	}
	query.Follow, err = x.flag("follow")
	return query, err
}

package server

import (
	"regexp"
	"time"

	"unitd/ipc/protocol"
)

const defaultLogLines = 10

func getLogs(x *exchange) error {
	query, err := x.logQuery()
	if err != nil {
		return err
	}
	x.patience = logTimeout
	if !query.Follow {
		x.pace = logPace
	}
	cursor, err := x.manager().Logs(x.context(), query, func(line protocol.LogLine) error { return x.send("line", line) })
	return x.finishAt(cursor, err)
}

func (x *exchange) logQuery() (query protocol.LogQuery, err error) {
	query = protocol.LogQuery{Units: x.names()}
	if query.Since, err = x.moment("since"); err != nil {
		return query, err
	}
	if query.Until, err = x.moment("until"); err != nil {
		return query, err
	}
	if !query.Since.IsZero() && !query.Until.IsZero() && query.Until.Before(query.Since) {
		return query, protocol.BadRequest("until is before since")
	}
	if query.Lines, err = x.logLines(query.Since); err != nil {
		return query, err
	}
	query.Grep = x.r.URL.Query().Get("grep")
	if _, err := regexp.Compile(query.Grep); err != nil {
		return query, protocol.BadRequest("grep is no regular expression: %v", err)
	}
	query.Cursor = x.r.URL.Query().Get("cursor")
	query.Follow, err = x.flag("follow")
	return query, err
}

// logLines is how many lines are looked back on.
func (x *exchange) logLines(since time.Time) (int, error) {
	lines := defaultLogLines
	if !since.IsZero() {
		lines = protocol.AllLines
	}
	if x.r.URL.Query().Get("lines") == "all" {
		return protocol.AllLines, nil
	}
	return x.number("lines", lines, protocol.MaxLogLines)
}

// moment reads a time of the query; zero: it has none.
func (x *exchange) moment(name string) (time.Time, error) {
	text := x.r.URL.Query().Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return at, protocol.BadRequest("%s is %q, which is no time as RFC 3339 has it, such as 2026-05-01T12:00:00Z", name, text)
	}
	return at, nil
}

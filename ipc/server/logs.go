package server

import (
	"strconv"

	"unitd/ipc/protocol"
)

const defaultLogLines = 10

func getLogs(x *exchange) error {
	query, err := x.logQuery()
	if err != nil {
		return err
	}
	return x.finish(x.manager().Logs(x.context(), query, func(line protocol.LogLine) error {
		return x.send("line", line)
	}))
}

func (x *exchange) logQuery() (protocol.LogQuery, error) {
	values := x.r.URL.Query()
	query := protocol.LogQuery{Units: values["name"], Lines: defaultLogLines}
	if text := values.Get("lines"); text != "" {
		lines, err := strconv.Atoi(text)
		if err != nil || lines < 0 || lines > protocol.MaxLogLines {
			return query, protocol.BadRequest("lines is %q, not a number from 0 to %d", text, protocol.MaxLogLines)
		}
		query.Lines = lines
	}
	if text := values.Get("follow"); text != "" {
		follow, err := strconv.ParseBool(text)
		if err != nil {
			return query, protocol.BadRequest("follow is %q, which is neither true nor false", text)
		}
		query.Follow = follow
	}
	return query, nil
}

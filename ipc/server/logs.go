package server

import (
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

func (x *exchange) logQuery() (query protocol.LogQuery, err error) {
	query = protocol.LogQuery{Units: x.names()}
	if query.Lines, err = x.number("lines", defaultLogLines, protocol.MaxLogLines); err != nil {
		return query, err
	}
	query.Follow, err = x.flag("follow")
	return query, err
}

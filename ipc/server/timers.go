package server

import (
	"net/http"

	"unitd/ipc/protocol"
)

func getTimers(x *exchange) error {
	list, err := x.manager().Timers(x.context(), x.names())
	if list == nil {
		list = []protocol.Timer{}
	}
	return x.answer(http.StatusOK, list, err)
}

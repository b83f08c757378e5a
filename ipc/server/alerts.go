package server

import (
	"net/http"

	"unitd/ipc/protocol"
)

func postTestAlerts(x *exchange) error {
	request, err := decode[protocol.AlertTestRequest](x)
	if err != nil {
		return err
	}
	list, err := x.manager().TestAlerts(x.context(), x.r.PathValue("id"), request)
	if list == nil {
		list = []protocol.AlertTest{}
	}
	return x.answer(http.StatusOK, list, err)
}

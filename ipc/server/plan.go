package server

import (
	"net/http"

	"unitd/ipc/protocol"
)

func getPlan(x *exchange) error {
	plan, err := x.manager().Plan(x.context())
	if plan.Changes == nil {
		plan.Changes = []protocol.Change{}
	}
	return x.answer(http.StatusOK, plan, err)
}

func postApply(x *exchange) error {
	request, err := decode[protocol.ApplyRequest](x)
	if err != nil {
		return err
	}
	result, err := x.manager().Apply(x.context(), request)
	return x.answer(http.StatusAccepted, result, err)
}

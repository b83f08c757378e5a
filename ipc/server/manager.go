package server

import (
	"net/http"
	"path/filepath"

	"unitd/ipc/protocol"
)

func getManager(x *exchange) error {
	status, err := x.manager().Status(x.context())
	return x.answer(http.StatusOK, status, err)
}

func postShutdown(x *exchange) error {
	if err := x.manager().Shutdown(x.context()); err != nil {
		return err
	}
	x.w.WriteHeader(http.StatusAccepted)
	return nil
}

func postReexec(x *exchange) error {
	request, err := decode[protocol.ReexecRequest](x)
	if err != nil {
		return err
	}
	if request.Install != "" && !filepath.IsAbs(request.Install) {
		return protocol.BadRequest("install is %q, which is no absolute path", request.Install)
	}
	result, err := x.manager().Reexec(x.context(), request)
	return x.answer(http.StatusAccepted, result, err)
}

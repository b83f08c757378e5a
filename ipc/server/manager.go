package server

import "net/http"

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

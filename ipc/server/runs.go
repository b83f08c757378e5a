package server

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"unitd/ipc/protocol"
	"unitd/policy/access"
	"unitd/units"
)

// runVerb is that of what the body asks for: who may deploy may not therefore go back.
func runVerb(x *exchange) (access.Verb, error) {
	request, err := decode[protocol.RunRequest](x)
	if err != nil {
		return "", err
	}
	if request.Rollback {
		return access.Rollback, nil
	}
	return access.Deploy, nil
}

func postRun(x *exchange) error {
	request, err := decode[protocol.RunRequest](x)
	switch {
	case err != nil:
		return err
	case request.Rollback && (request.Commit != "" || request.Branch != ""):
		return protocol.BadRequest("a rollback goes to the run before: it takes neither commit nor branch")
	}
	for _, name := range []string{request.Commit, request.Branch} {
		if name == "" {
			continue
		}
		if err := units.CheckBranch(name); err != nil {
			return protocol.BadRequest("%v", err)
		}
	}
	if p, known := peerOf(x.context()); known {
		request.From = fmt.Sprintf("uid %d", p.uid)
	}
	run, err := x.manager().Deploy(x.context(), request)
	if err == nil {
		x.w.Header().Set("Location", "/v1/runs/"+url.PathEscape(run.Pipeline)+"/"+strconv.Itoa(run.ID))
	}
	return x.answer(http.StatusAccepted, run, err)
}

func getRuns(x *exchange) error {
	last, err := x.number("last", 10, protocol.MaxRuns)
	if err != nil {
		return err
	}
	list, err := x.manager().Runs(x.context(), protocol.RunQuery{Pipelines: x.names(), Last: last})
	if list == nil {
		list = []protocol.PipelineRun{}
	}
	return x.answer(http.StatusOK, list, err)
}

// namedRun reads which run the path names.
func (x *exchange) namedRun() (pipeline string, id int, err error) {
	id, err = strconv.Atoi(x.r.PathValue("run"))
	if err != nil || id < 1 {
		return "", 0, protocol.BadRequest("%q is no run's number", x.r.PathValue("run"))
	}
	return x.r.PathValue("pipeline"), id, nil
}

func getRun(x *exchange) error {
	pipeline, id, err := x.namedRun()
	if err != nil {
		return err
	}
	run, err := x.manager().Run(x.context(), pipeline, id)
	return x.answer(http.StatusOK, run, err)
}

func watchRun(x *exchange) error {
	pipeline, id, err := x.namedRun()
	if err != nil {
		return err
	}
	return x.finish(x.manager().WatchRun(x.context(), pipeline, id, func(run protocol.PipelineRun) error {
		return x.send("run", run)
	}))
}

func cancelRun(x *exchange) error {
	pipeline, id, err := x.namedRun()
	if err != nil {
		return err
	}
	run, err := x.manager().CancelRun(x.context(), pipeline, id)
	return x.answer(http.StatusAccepted, run, err)
}

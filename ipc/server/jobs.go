package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"unitd/ipc/protocol"
	"unitd/policy/access"
)

// jobVerb is the verb in the body: who may reload may not therefore stop.
func jobVerb(x *exchange) (access.Verb, error) {
	request, err := decode[protocol.JobRequest](x)
	if err != nil {
		return "", err
	}
	if !slices.Contains(protocol.JobVerbs, request.Verb) {
		return "", protocol.BadRequest("verb %q is none of %s", request.Verb, strings.Join(protocol.JobVerbs, ", "))
	}
	return access.Verb(request.Verb), nil
}

func postJob(x *exchange) error {
	request, err := decode[protocol.JobRequest](x)
	if err == nil {
		err = needUnits(request.Units)
	}
	if err != nil {
		return err
	}
	job, err := x.manager().Submit(x.context(), request)
	return x.accepted(job, err)
}

// accepted answers with a job that has begun.
func (x *exchange) accepted(job protocol.JobStatus, err error) error {
	if err == nil {
		x.w.Header().Set("Location", "/v1/jobs/"+strconv.FormatUint(job.ID, 10))
	}
	return x.answer(http.StatusAccepted, job, err)
}

func (x *exchange) jobID() (uint64, error) {
	id, err := strconv.ParseUint(x.r.PathValue("id"), 10, 64)
	if err != nil {
		return 0, protocol.BadRequest("%q is no job's id", x.r.PathValue("id"))
	}
	return id, nil
}

func getJob(x *exchange) error {
	id, err := x.jobID()
	if err != nil {
		return err
	}
	job, err := x.manager().Job(x.context(), id)
	return x.answer(http.StatusOK, job, err)
}

func watchJob(x *exchange) error {
	id, err := x.jobID()
	if err != nil {
		return err
	}
	return x.finish(x.manager().WatchJob(x.context(), id, func(job protocol.JobStatus) error {
		return x.send("job", job)
	}))
}

func postScale(x *exchange) error {
	request, err := decode[protocol.ScaleRequest](x)
	switch {
	case err != nil:
		return err
	case (request.Workers == nil) == (request.By == 0):
		return protocol.BadRequest("scale needs exactly one of workers and by")
	case request.Workers != nil && *request.Workers < 0:
		return protocol.BadRequest("scale to %d: a pool cannot have fewer than 0 workers", *request.Workers)
	}
	job, err := x.manager().Scale(x.context(), x.r.PathValue("id"), request)
	return x.accepted(job, err)
}

func postMaintenance(x *exchange) error {
	request, err := decode[protocol.MaintenanceRequest](x)
	switch {
	case err != nil:
		return err
	case request.On == nil:
		return protocol.BadRequest("maintenance needs on: true or false")
	}
	job, err := x.manager().Maintenance(x.context(), x.r.PathValue("id"), request)
	return x.accepted(job, err)
}

func postKill(x *exchange) error {
	request, err := decode[protocol.KillRequest](x)
	if err == nil {
		err = needUnits(request.Units)
	}
	switch {
	case err != nil:
		return err
	case unix.SignalNum(request.Signal) == 0:
		return protocol.BadRequest("%q is no signal's name, such as SIGHUP", request.Signal)
	case request.Whom != protocol.KillMain && request.Whom != protocol.KillAll:
		return protocol.BadRequest("whom is %q, which is neither main nor all", request.Whom)
	}
	return x.done(x.manager().Kill(x.context(), request))
}

// postResetFailed resets the units named, or all.
func postResetFailed(x *exchange) error {
	request, err := decode[protocol.NamesRequest](x)
	if err != nil {
		return err
	}
	return x.done(x.manager().ResetFailed(x.context(), request.Units))
}

func postEnable(x *exchange) error  { return x.setEnabled(true) }
func postDisable(x *exchange) error { return x.setEnabled(false) }

func (x *exchange) setEnabled(enabled bool) error {
	request, err := decode[protocol.EnableRequest](x)
	if err == nil {
		err = needUnits(request.Units)
	}
	if err != nil {
		return err
	}
	request.Enabled = enabled
	if request.Now {
		also := access.Stop
		if enabled {
			also = access.Start
		}
		if err := x.authorise(also); err != nil {
			return err
		}
	}
	result, err := x.manager().SetEnabled(x.context(), request)
	return x.answer(http.StatusOK, result, err)
}

func needUnits(names []string) error {
	if len(names) == 0 {
		return protocol.BadRequest("units is empty: name at least one unit")
	}
	return nil
}

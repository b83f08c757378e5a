package server

import (
	"fmt"
	"net/http"
	"strings"

	"unitd/ipc/protocol"
	"unitd/policy/access"
)

// A route is one request of the API. The permission that it needs stands beside it.
type route struct {
	pattern string // of http.ServeMux
	query   string // names of the parameters that it takes
	verb    func(*exchange) (access.Verb, error)
	serve   func(*exchange) error
	stream  bool // server-sent events: no time limit, one of maxStreams
}

// routes is the whole API. openapi.yaml describes it; a test holds the two together.
var routes = []route{
	{pattern: "GET /v1/manager", verb: always(access.Status), serve: getManager},
	{pattern: "POST /v1/manager/shutdown", verb: always(access.Shutdown), serve: postShutdown},
	{pattern: "POST /v1/manager/reexec", verb: always(access.Reexec), serve: postReexec},

	{pattern: "GET /v1/units", query: "name", verb: always(access.Status), serve: getUnits},
	{pattern: "GET /v1/units/{id}", verb: always(access.Status), serve: getUnit},
	{pattern: "GET /v1/units/{id}/show", verb: always(access.Show), serve: getShow},
	{pattern: "GET /v1/units/{id}/cat", verb: always(access.Cat), serve: getCat},
	{pattern: "POST /v1/units/{id}/scale", verb: always(access.Scale), serve: postScale},
	{pattern: "POST /v1/units/{id}/maintenance", verb: always(access.Maintenance), serve: postMaintenance},
	{pattern: "POST /v1/units/{id}/alerts/test", verb: always(access.AlertTest), serve: postTestAlerts},
	{pattern: "GET /v1/watch", query: "name", verb: always(access.Status), serve: watchUnits, stream: true},
	{pattern: "GET /v1/security", query: "name", verb: always(access.Show), serve: getSecurity},
	{pattern: "GET /v1/timers", query: "name", verb: always(access.Status), serve: getTimers},
	{pattern: "GET /v1/dependencies", query: "name", verb: always(access.Deps), serve: getDependencies},
	{pattern: "GET /v1/environment", query: "name reveal credentials", verb: environmentVerb, serve: getEnvironment},
	{pattern: "GET /v1/logs", query: "name lines since until grep follow cursor", verb: always(access.Logs), serve: getLogs, stream: true},
	{pattern: "GET /v1/events", query: "name last since follow", verb: always(access.Events), serve: getEvents, stream: true},

	{pattern: "POST /v1/jobs", verb: jobVerb, serve: postJob},
	{pattern: "GET /v1/jobs/{id}", verb: always(access.Job), serve: getJob},
	{pattern: "GET /v1/jobs/{id}/events", verb: always(access.Job), serve: watchJob, stream: true},
	{pattern: "POST /v1/kill", verb: always(access.Kill), serve: postKill},
	{pattern: "POST /v1/reset-failed", verb: always(access.ResetFailed), serve: postResetFailed},
	{pattern: "POST /v1/enable", verb: always(access.Enable), serve: postEnable},
	{pattern: "POST /v1/disable", verb: always(access.Disable), serve: postDisable},

	{pattern: "GET /v1/runs", query: "name last", verb: always(access.Deploys), serve: getRuns},
	{pattern: "POST /v1/runs", verb: runVerb, serve: postRun},
	{pattern: "GET /v1/runs/{pipeline}/{run}", verb: always(access.Job), serve: getRun},
	{pattern: "GET /v1/runs/{pipeline}/{run}/events", verb: always(access.Job), serve: watchRun, stream: true},
	{pattern: "POST /v1/runs/{pipeline}/{run}/cancel", verb: always(access.Stop), serve: cancelRun},

	{pattern: "GET /v1/plan", verb: always(access.Plan), serve: getPlan},
	{pattern: "POST /v1/apply", verb: always(access.Apply), serve: postApply},
}

func always(verb access.Verb) func(*exchange) (access.Verb, error) {
	return func(*exchange) (access.Verb, error) { return verb, nil }
}

// handler serves the routes for callers of one socket.
func (s *Server) handler(e *Entrance) http.Handler {
	mux := http.NewServeMux()
	for _, rt := range routes {
		mux.HandleFunc(rt.pattern, func(w http.ResponseWriter, r *http.Request) {
			x := &exchange{server: s, entrance: e, w: w, r: r, patience: eventTimeout}
			if err := x.run(rt); err != nil {
				x.fail(err)
			}
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{server: s, entrance: e, w: w, r: r, patience: eventTimeout}
		x.fail(x.misdirected(mux))
	})
	return mux
}

// misdirected says that there is no such resource, or none that is asked by this method.
func (x *exchange) misdirected(mux *http.ServeMux) *protocol.Problem {
	status := http.StatusNotFound
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := *x.r
		other.Method = method
		if _, pattern := mux.Handler(&other); strings.HasPrefix(pattern, method) {
			status = http.StatusMethodNotAllowed
			x.w.Header().Add("Allow", method)
		}
	}
	return &protocol.Problem{
		Type: "about:blank", Title: http.StatusText(status), Status: status,
		Detail: fmt.Sprintf("there is no %s %s", x.r.Method, x.r.URL.Path),
	}
}

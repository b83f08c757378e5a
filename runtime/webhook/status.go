package webhook

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	policy "unitd/policy/webhook"
)

// Run is what the status of a run shows: nothing that was printed, and nothing that is secret.
type Run struct {
	ID int `json:"run"`
	// State is Waiting, Running, RollingBack or Done; Result how it ended.
	State  string `json:"state"`
	Result string `json:"result,omitempty"`
	Commit string `json:"commit,omitempty"`
	Steps  []Step `json:"steps"`
}

// Step is one step of it. Result is "" while it runs.
type Step struct {
	Name   string `json:"name"`
	Result string `json:"result,omitempty"`
}

// The states of a run, as everywhere.
const (
	Waiting     = "waiting"
	Running     = "running"
	RollingBack = "rolling-back"
	Done        = "done"
)

// runs is between the path of a hook and the number of a run.
const runs = "/runs/"

// findRun finds the hook and the run that a path of a status names.
func (d *Door) findRun(path string) (Hook, int, bool) {
	prefix, number, ok := strings.Cut(path, runs)
	run, err := strconv.Atoi(number)
	if !ok || err != nil || run <= 0 || strconv.Itoa(run) != number {
		return Hook{}, 0, false
	}
	hook, ok := d.find(prefix)
	if !ok {
		hook, ok = d.find(prefix + "/")
	}
	return hook, run, ok
}

// status shows a run to whoever has the token of that run.
func (d *Door) status(w http.ResponseWriter, r *http.Request, hook Hook, run int) {
	key, err := d.server.key(hook)
	if err != nil {
		d.refuse(w, r, hook.Pipeline, http.StatusNotFound, err.Error())
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead || !key.Admits(r.URL.Query().Get("token"), hook.Pipeline, run) {
		d.refuse(w, r, hook.Pipeline, http.StatusNotFound, "it is no GET with the token of run "+strconv.Itoa(run))
		return
	}
	proven(r)
	shown, ok, err := d.server.Pipelines.Run(r.Context(), hook.Pipeline, run)
	switch {
	case err != nil:
		w.Header().Set("Retry-After", "5")
		answer(w, http.StatusServiceUnavailable, map[string]any{"error": "the manager does not answer now"})
	case !ok:
		answer(w, http.StatusGone, map[string]any{"error": "this run is not remembered any more"})
	default:
		answer(w, http.StatusOK, shown)
	}
}

// statusURL is where the status of a run is found, as whoever has sent the request calls this server. What it says of
// itself goes back to it alone, and it has the secret.
func statusURL(r *http.Request, hook Hook, key policy.Key, run int) string {
	scheme, host := "http", r.Host
	if r.Header.Get("X-Forwarded-Proto") == "https" {
		scheme = "https"
	}
	if forwarded, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Host"), ","); forwarded != "" {
		host = forwarded
	}
	u := url.URL{
		Scheme: scheme, Host: host, Path: strings.TrimSuffix(hook.Path, "/") + runs + strconv.Itoa(run),
		RawQuery: url.Values{"token": {key.Token(hook.Pipeline, run)}}.Encode(),
	}
	return u.String()
}

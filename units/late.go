package units

import (
	"maps"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
)

func workerObject(w *WorkerScope) cty.Value {
	if w == nil {
		w = &WorkerScope{Index: 1, Count: 1}
	}
	return cty.ObjectVal(map[string]cty.Value{
		"index":        cty.NumberIntVal(int64(w.Index)),
		"count":        cty.NumberIntVal(int64(w.Count)),
		"port":         cty.NumberIntVal(int64(w.Port)),
		"socket":       cty.StringVal(w.Socket),
		"max_requests": cty.NumberIntVal(int64(w.MaxRequests)),
	})
}

// lateNames are the names whose values only a start knows, or the run of a step.
var lateNames = map[string][]string{
	"worker": slices.Collect(maps.Keys(workerObject(nil).AsValueMap())),
	"step":   {"before"},
	"run":    {"commit", "id", "previous", "release"},
	"path":   {"credentials"},
	"alert":  alertKeys(),
}

// late checks a name whose value only a start knows.
func (s *scope) late(t hcl.Traversal, r *resolution) (cty.Value, bool) {
	root, name := t.RootName(), traversalName(t, 1)
	if !slices.Contains(lateNames[root], name) {
		s.error(t[1].SourceRange(), "\""+root+"\" has no \""+name+"\"", didYouMean(name, lateNames[root], ""))
		return cty.NilVal, false
	}
	text := root + "." + name
	if problem, hint := s.tooEarly(root, name); problem != "" {
		s.error(t.SourceRange(), text+" "+problem, hint)
		return cty.NilVal, false
	}
	if !slices.Contains(r.late, text) {
		r.late = append(r.late, text)
	}
	return cty.NilVal, true
}

// tooEarly says why such a name has no value here; "" where it has.
func (s *scope) tooEarly(root, name string) (problem, hint string) {
	const here = "cannot be used here"
	switch root {
	case "step":
		if !s.before {
			return here, "It exists in `undo` and `restore` of a step that has `state`."
		}
	case "run":
		switch {
		case s.start == nil || s.start.step == nil:
			return here, "It is known when a step of a pipeline runs: in its `command`, `state`, `undo`, `restore`, `env` and `when`."
		case (name == "commit" || name == "previous") && s.start.step.Commit == "":
			return "in a step that no git step comes before", "It is the git step that finds out which commit the run is about."
		}
	case "alert":
		if s.start == nil || s.start.Alert == nil {
			return here, "It is known when an alert is sent: in `body` of an alert."
		}
	case "path":
		switch {
		case s.start == nil:
			return here, "It is known when a process starts: in `command`, hooks and `env`."
		case s.start.Credentials == "":
			return "in a program without secrets", "Give it a secret \"NAME\" { file = \"…\" }; that becomes a file in there."
		}
	case "worker":
		switch {
		case s.start == nil:
			return here, "It is known when a worker starts: in `command`, `env`, `health` and `secret` of an app that a pool runs."
		case !s.worker:
			return "in a program that no pool runs", "Only an app that a pool runs has workers."
		case !s.inForce(name):
			return "in a pool with dispatch = " + s.dispatch(), workerHints[name]
		}
	}
	return "", ""
}

// workerHints say what to do where a value of `worker` does not exist.
var workerHints = map[string]string{
	"port":         "Its workers accept on inherited sockets; with dispatch = \"proxy\" each has a port.",
	"socket":       "Its workers accept on inherited sockets; with dispatch = \"proxy\" each can have a socket.",
	"max_requests": "There unitd counts the requests itself. Take it out.",
}

// inForce reports a value of `worker` that exists with the pool's dispatch.
func (s *scope) inForce(name string) bool {
	proxy := s.start.Worker != nil && s.start.Worker.Port != 0
	switch name {
	case "port", "socket":
		return proxy
	case "max_requests":
		return !proxy
	}
	return true
}

// dispatch is the word for it.
func (s *scope) dispatch() string {
	if s.inForce("port") {
		return `"proxy"`
	}
	return `"inherit"`
}

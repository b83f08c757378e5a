package units

import (
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

// late checks a name whose value only a start knows.
func (s *scope) late(t hcl.Traversal, r *resolution) (cty.Value, bool) {
	root, name := t.RootName(), traversalName(t, 1)
	text := root + "." + name
	var names []string
	switch root {
	case "worker":
		for known := range workerObject(nil).AsValueMap() {
			names = append(names, known)
		}
	case "step":
		names = []string{"before"}
	case "run":
		names = []string{"commit", "id", "previous", "release"}
	case "path":
		names = []string{"credentials"}
	}
	switch {
	case !slices.Contains(names, name):
		s.error(t[1].SourceRange(), "\""+root+"\" has no \""+name+"\"", didYouMean(name, names))
	case root == "step" && !s.before:
		s.error(t.SourceRange(), text+" cannot be used here", "It exists in `undo` and `restore` of a step that has `state`.")
	case root == "run" && (s.start == nil || s.start.step == nil):
		s.error(t.SourceRange(), text+" cannot be used here", "It is known when a step of a pipeline runs: in its `command`, `state`, `undo`, `restore`, `env` and `when`.")
	case root == "run" && (name == "commit" || name == "previous") && s.start.step.Commit == "":
		s.error(t.SourceRange(), text+" in a step that no git step comes before", "It is the git step that finds out which commit the run is about.")
	case root == "path" && s.start == nil:
		s.error(t.SourceRange(), text+" cannot be used here", "It is known when a process starts: in `command`, hooks and `env`.")
	case root == "path" && s.start.Credentials == "":
		s.error(t.SourceRange(), text+" in a program without secrets", "Give it a secret \"NAME\" { file = \"…\" }; that becomes a file in there.")
	case root == "worker" && s.start == nil:
		s.error(t.SourceRange(), text+" cannot be used here", "It is known when a worker starts: in `command`, `env`, `health` and `secret` of an app that a pool runs.")
	case root == "worker" && !s.worker:
		s.error(t.SourceRange(), text+" in a program that no pool runs", "Only an app that a pool runs has workers.")
	case root == "worker" && !s.inForce(name):
		s.error(t.SourceRange(), text+" in a pool with dispatch = "+s.dispatch(), workerHints[name])
	default:
		if !slices.Contains(r.late, text) {
			r.late = append(r.late, text)
		}
		return cty.NilVal, true
	}
	return cty.NilVal, false
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

package server

import (
	"net/http"
	"path"

	"unitd/ipc/protocol"
	"unitd/policy/access"
)

func getUnits(x *exchange) error {
	list, err := x.manager().Units(x.context(), x.names())
	if list == nil {
		list = []protocol.UnitStatus{}
	}
	return x.answer(http.StatusOK, list, err)
}

func getUnit(x *exchange) error {
	id := x.r.PathValue("id")
	list, err := x.manager().Units(x.context(), []string{id})
	switch {
	case err != nil:
		return err
	case len(list) == 0:
		return protocol.NoSuchUnit(id, nil)
	case len(list) > 1: // a pattern
		matches := make([]string, len(list))
		for i, unit := range list {
			matches[i] = unit.ID
		}
		return protocol.Ambiguous(id, matches)
	}
	return x.answer(http.StatusOK, list[0], nil)
}

func watchUnits(x *exchange) error {
	return x.finish(x.manager().WatchUnits(x.context(), x.names(), func(list []protocol.UnitStatus) error {
		return x.send("units", list)
	}))
}

func getShow(x *exchange) error {
	document, err := x.manager().Show(x.context(), x.r.PathValue("id"))
	return x.answer(http.StatusOK, document, err)
}

func getCat(x *exchange) error {
	document, err := x.manager().Cat(x.context(), x.r.PathValue("id"))
	return x.answer(http.StatusOK, document, err)
}

func getSecurity(x *exchange) error {
	list, err := x.manager().Security(x.context(), x.names())
	if list == nil {
		list = []protocol.Security{}
	}
	return x.answer(http.StatusOK, list, err)
}

func getDependencies(x *exchange) error {
	graph, err := x.manager().Dependencies(x.context(), x.names())
	return x.answer(http.StatusOK, graph, err)
}

// environmentVerb asks for more where secrets are to be handed out.
func environmentVerb(x *exchange) (access.Verb, error) {
	switch reveal := x.r.URL.Query().Get("reveal"); reveal {
	case "", "false":
		return access.Env, nil
	case "true":
		return access.Run, nil
	default:
		return "", protocol.BadRequest("reveal is %q, which is neither true nor false", reveal)
	}
}

func getEnvironment(x *exchange) error {
	values := x.r.URL.Query()
	query := protocol.EnvironmentQuery{Name: values.Get("name"), Credentials: values.Get("credentials")}
	reveal := values.Get("reveal") == "true"
	if query.Credentials != "" && (!reveal || !path.IsAbs(query.Credentials)) {
		return protocol.BadRequest("credentials takes an absolute path, and reveal=true: the answer holds secrets")
	}
	environment, err := x.manager().Environment(x.context(), query)
	if !reveal {
		environment.Variables, environment.Secrets = masked(environment.Variables), nil
	}
	return x.answer(http.StatusOK, environment, err)
}

// masked hides the values of sensitive variables.
func masked(variables []protocol.Variable) []protocol.Variable {
	list := make([]protocol.Variable, len(variables))
	for i, v := range variables {
		if v.Sensitive {
			v.Value = protocol.Sensitive
		}
		list[i] = v
	}
	return list
}

package access

import "slices"

// Verb is what a permission is about. Verbs are those of unitctl; verbs that ask for the same thing share
// one, see Canonical.
type Verb string

// The verbs that a permission can name.
const (
	Status          Verb = "status"
	Show            Verb = "show"
	Cat             Verb = "cat"
	Deps            Verb = "deps"
	Logs            Verb = "logs"
	Events          Verb = "events"
	Plan            Verb = "plan"
	Env             Verb = "env"
	Run             Verb = "run" // hands out secrets: a program in a unit's environment needs them
	Start           Verb = "start"
	Stop            Verb = "stop"
	Restart         Verb = "restart"
	TryRestart      Verb = "try-restart"
	Reload          Verb = "reload"
	ReloadOrRestart Verb = "reload-or-restart"
	Kill            Verb = "kill"
	Scale           Verb = "scale"
	Maintenance     Verb = "maintenance"
	ResetFailed     Verb = "reset-failed"
	AlertTest       Verb = "alert test"
	Enable          Verb = "enable"
	Disable         Verb = "disable"
	Apply           Verb = "apply"
	Deploy          Verb = "deploy"
	Rollback        Verb = "rollback"
	Deploys         Verb = "deploys"
	Shutdown        Verb = "manager shutdown"
	// Reexec is to execute the manager's program anew, or another one that is put in its place.
	Reexec Verb = "manager reexec"
	// Job is to follow a job or a run of a pipeline; whoever may do anything may follow what came of it.
	Job Verb = "job"
)

// Verbs lists every verb that a `verbs` list can name.
var Verbs = []Verb{
	Status, Show, Cat, Deps, Logs, Events, Plan, Env, Run, Start, Stop, Restart, TryRestart, Reload, ReloadOrRestart,
	Kill, Scale, Maintenance, ResetFailed, AlertTest, Enable, Disable, Apply, Deploy, Rollback, Deploys, Shutdown, Reexec,
}

// synonyms are verbs of unitctl that ask the manager for what another verb asks.
var synonyms = map[Verb]Verb{
	"list": Status, "is-active": Status, "is-failed": Status, "is-enabled": Status, "wait": Status,
	"version": Status, "timers": Status, "proxy": Status, "manager status": Status, "history": Events, "security": Show, "daemon-reload": Apply, "shutdown": Shutdown,
	"reexec": Reexec, "daemon-reexec": Reexec, "manager upgrade": Reexec,
}

// Canonical returns the verb that a word in a `verbs` list stands for; known is false for a word that
// stands for none.
func Canonical(word string) (verb Verb, known bool) {
	verb = Verb(word)
	if same, ok := synonyms[verb]; ok {
		return same, true
	}
	return verb, slices.Contains(Verbs, verb)
}

// Words lists everything that a `verbs` list can hold, sorted.
func Words() []string {
	var words []string
	for _, verb := range Verbs {
		words = append(words, string(verb))
	}
	for word := range synonyms {
		words = append(words, string(word))
	}
	slices.Sort(words)
	return words
}

package access

import (
	"strings"
	"testing"
)

func TestDecide(t *testing.T) {
	const owner, other = 1000, 1001
	control := Socket{}
	ops := Socket{Name: "ops", Verbs: []string{"list", "logs", "shutdown", "no-such-verb"}}
	tests := []struct {
		name    string
		caller  Caller
		socket  Socket
		verb    Verb
		allowed bool
		reason  string
	}{
		{"owner", Caller{UID: owner}, control, Apply, true, "own user"},
		{"owner on a narrow socket", Caller{UID: owner}, ops, Apply, true, "own user"},
		{"root", Caller{UID: 0}, control, Shutdown, true, "own user"},
		{"unit", Caller{UID: owner, Unit: "app.api"}, control, Status, false, "processes of app.api"},
		{"unit with control", Caller{UID: owner, Unit: "app.api", Control: true}, control, Start, true, "own user"},
		{"nobody knows who", Caller{UID: owner, Unknown: true}, Socket{}, Status, false, "cannot be told"},
		{"unit on a socket for others", Caller{UID: owner, Unit: "app.api"}, ops, Logs, false, "control = true"},
		{"other on the control socket", Caller{UID: other}, control, Status, false, "uid 1001 is not"},
		{"other, listed", Caller{UID: other}, ops, Logs, true, `socket "ops" lists "logs"`},
		{"other, listed by a synonym", Caller{UID: other}, ops, Status, true, "lists"},
		{"other, listed by a short name", Caller{UID: other}, ops, Shutdown, true, "lists"},
		{"other, not listed", Caller{UID: other}, ops, Run, false, `does not list "run"`},
		{"other, following a job", Caller{UID: other}, ops, Job, true, "lists"},
		{"other, following a job of others", Caller{UID: other}, Socket{Name: "x", Verbs: []string{"dance"}}, Job, false, "does not list"},
		{"other, nothing listed", Caller{UID: other}, Socket{Name: "x"}, Status, false, "does not list"},
		{"a word that is no verb", Caller{UID: other}, ops, "no-such-verb", false, "does not list"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Decide(owner, test.caller, test.socket, test.verb)
			if got.Allowed != test.allowed || !strings.Contains(got.Reason, test.reason) {
				t.Fatalf("got %+v, want %v with %q", got, test.allowed, test.reason)
			}
		})
	}
}

// TestOthersGetWhatIsListed holds each verb against a socket that lists it and one that lists all others.
func TestOthersGetWhatIsListed(t *testing.T) {
	for _, verb := range Verbs {
		var rest []string
		for _, other := range Verbs {
			if other != verb {
				rest = append(rest, string(other))
			}
		}
		if !Decide(1, Caller{UID: 2}, Socket{"s", []string{string(verb)}}, verb).Allowed {
			t.Errorf("%s is refused where it is listed", verb)
		}
		if Decide(1, Caller{UID: 2}, Socket{"s", rest}, verb).Allowed {
			t.Errorf("%s is allowed where it is not listed", verb)
		}
	}
	for word := range synonyms {
		if verb, known := Canonical(string(word)); !known || verb == word {
			t.Errorf("%s stands for %s, known %v", word, verb, known)
		}
	}
	if _, known := Canonical("dance"); known {
		t.Error("dance is a verb")
	}
}

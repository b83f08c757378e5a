package units

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

const alertFile = `
variable "token" {
  sensitive = true
  default   = "hunter2"
}
app "a" {
  command = ["true"]
  alert "chat" {
    url     = "https://hooks.example/${var.token}"
    headers = { Authorization = var.token }
    body    = jsonencode({ key = var.token, text = "%{ if alert.event == "failed" }bad%{ else }good%{ endif }: ${alert.reason}", left = alert.left_out })
  }
}
`

func TestBodyIsRenderedWhenItIsSent(t *testing.T) {
	a := load(t, testHost(), alertFile).Units["app.a"].Alerts[0]
	for event, want := range map[AlertKind]string{AlertFailed: "bad: \"quoted\"\n", AlertRecovered: "good: \"quoted\"\n"} {
		text, err := a.Body.Render(AlertScope{Event: string(event), Reason: "\"quoted\"\n", LeftOut: 3})
		var got struct {
			Key, Text string
			Left      int
		}
		if err != nil || json.Unmarshal([]byte(text), &got) != nil || got.Key != "hunter2" || got.Text != want || got.Left != 3 {
			t.Errorf("%s: %s, %v", event, text, err)
		}
	}
}

// What cannot be rendered, with a sample or when it is sent, is said without the values that go in.
func TestBodyThatCannotBeRendered(t *testing.T) {
	always := strings.Replace(alertFile, "${alert.reason}", `${split(" ", "${var.token}")[1]}`, 1)
	_, diags := Load(directory("a.hcl", always), testHost(), Inputs{})
	if !diags.HasErrors() || strings.Contains(diags.Error(), "hunter2") {
		t.Errorf("said %v", diags)
	}
	sometimes := strings.Replace(alertFile, "${alert.reason}", `${alert.left_out > 0 ? split(" ", var.token)[alert.left_out] : ""}`, 1)
	a := load(t, testHost(), sometimes).Units["app.a"].Alerts[0]
	if _, err := a.Body.Render(AlertScope{}); err != nil {
		t.Error(err)
	}
	if _, err := a.Body.Render(AlertScope{LeftOut: 1}); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("an index out of range: %v", err)
	}
}

func TestAlertsShowNothingSensitive(t *testing.T) {
	before := load(t, testHost(), alertFile)
	for _, a := range Attributes(before.Units["app.a"]) {
		if strings.Contains(a.Value, "hunter") {
			t.Errorf("%s is shown as %s", a.Name, a.Value)
		}
		if slices.Contains([]string{"alert.chat.url", "alert.chat.headers.Authorization", "alert.chat.body"}, a.Name) && !a.Sensitive {
			t.Errorf("%s is not sensitive", a.Name)
		}
	}
	after := load(t, testHost(), strings.Replace(alertFile, "hunter2", "hunter3", 1))
	changes := Diff(before, after)
	if len(changes) != 1 || changes[0].Verdict != Live || len(changes[0].Attributes) != 3 {
		t.Fatalf("changes %+v", changes)
	}
	for _, a := range changes[0].Attributes {
		if a.Old != "(sensitive)" || a.New != "(sensitive)" {
			t.Errorf("%s is shown as %s and %s", a.Name, a.Old, a.New)
		}
	}
}

// What alerts are about depends on what can happen to a unit.
func TestAlertsOfEachKind(t *testing.T) {
	set := load(t, testHost(), read(t, "testdata/valid/alert/main.hcl"))
	for id, want := range map[ID]string{
		"supervisor.outer": "chat/supervisor.outer failed recovered deployed; mail/supervisor.outer failed recovered",
		"supervisor.inner": "mail/supervisor.inner failed recovered; chat/supervisor.outer failed recovered deployed",
		"app.a":            "chat/app.a failed recovered; plain/app.a failed recovered; mail/supervisor.inner failed recovered",
		"app.served":       "",
		"pool.served":      "chat/supervisor.outer failed recovered; mail/supervisor.outer failed recovered",
		"job.quiet":        "chat/job.quiet; mail/job.quiet",
		"pipeline.deploy":  "key/pipeline.deploy failed recovered deployed rolled_back; chat/supervisor.outer failed recovered deployed; mail/supervisor.outer failed recovered deployed rolled_back",
	} {
		var all []string
		for _, a := range set.Units[id].Alerts {
			words := a.Name + "/" + string(a.From)
			for _, kind := range a.On {
				words += " " + string(kind)
			}
			all = append(all, words)
		}
		if got := strings.Join(all, "; "); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
	if a, _ := set.Units["app.a"].Alert("chat"); a.URL != "" || a.Headers != nil || a.Body != nil || a.By() != "command" {
		t.Errorf("app.a chat: %+v", a)
	}
}

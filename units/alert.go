package units

import (
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Alert says whom to tell of what happens to a unit, and how. Exactly one of Command, URL and Mail is set.
type Alert struct {
	Name string
	// From is the unit whose block it is: the unit itself, or a supervisor above it.
	From ID
	// On is what is told, as far as it can happen to a unit of this kind.
	On []AlertKind
	// Command gets what happened in its environment and on its standard input.
	Command []string
	// URL gets it by HTTP POST, with Headers and Body (nil: AlertScope as JSON). It, Headers and Body may be sensitive.
	URL          string
	URLSensitive bool
	Headers      []EnvVar
	Body         *AlertBody
	// Mail are the addresses that get it by mail, which the program Sendmail takes.
	Mail     []string
	Sendmail string
	// Interval is for how long after one alert no other of its kind is sent for the same unit; 0: none is held back.
	Interval time.Duration
	Timeout  time.Duration // of one attempt to tell
	LogLines int           // how many lines of the unit's output go with it
}

// AlertKind is what an alert may be about.
type AlertKind string

// What may be told.
const (
	AlertFailed     AlertKind = "failed"      // it has failed, and will not be started again by itself
	AlertRecovered  AlertKind = "recovered"   // it is well again after that was told
	AlertDeployed   AlertKind = "deployed"    // a run of a pipeline has brought its release into force
	AlertRolledBack AlertKind = "rolled_back" // a run of a pipeline was undone
)

// The words for `on`: all, those that are meant where it is not given, and those that only pipelines know.
var (
	alertKinds    = []AlertKind{AlertFailed, AlertRecovered, AlertDeployed, AlertRolledBack}
	usualAlerts   = []AlertKind{AlertFailed, AlertRecovered}
	pipelineKinds = []AlertKind{AlertDeployed, AlertRolledBack}
)

// Bounds of an alert: of its longest attempt, and of the output that goes with it.
const (
	maxAlertTimeout = time.Minute
	maxAlertLines   = 50
)

// alerts reads the alert blocks that speak for a unit: its own, and those of the supervisors above it, nearest first. Of
// blocks with the same name the nearest counts, attribute by attribute.
func (l *loader) alerts(d *draft) []Alert {
	known(&d.body.blocks, "alert")
	if d.unit.TemplateOf != "" {
		return nil // its pool speaks for it
	}
	b := *d.body
	b.layers = nil
	above := Supervisors(l.set.Units, d.unit.ID)
	for _, id := range above {
		b.layers = append(b.layers, layer{l.byID[id].body.own, l.byID[id].body.scope})
	}
	var all []Alert
	b.each("alert", func(inner *body, name string) {
		a := inner.alert(name, d.unit.ID.Kind())
		a.From = d.unit.ID
		if inner.own == nil {
			a.From = above[slices.IndexFunc(above, func(id ID) bool { return l.byID[id].body.holds("alert", name) })]
		}
		all = append(all, a)
	})
	return all
}

// holds reports that the body itself has a block of that type and name.
func (b *body) holds(kind, name string) bool {
	return slices.ContainsFunc(blocksOf(b.own, kind), func(block *hclsyntax.Block) bool {
		return len(block.Labels) == 1 && block.Labels[0] == name
	})
}

// alert reads one alert block.
func (b *body) alert(name string, kind Kind) Alert {
	a := Alert{Name: name, On: b.alertKinds(kind)}
	b.nearestOf("command", "url", "mail")
	a.Command = b.argv("command")
	a.URL, a.URLSensitive = b.alertURL()
	a.Mail = b.mailAddresses()
	b.exactlyOne("command", "url", "mail")
	a.Headers = b.headers("headers")
	a.Body = b.alertBody("body")
	a.Sendmail = b.path("sendmail", "/usr/sbin/sendmail", "")
	for _, only := range []struct{ name, with string }{{"headers", "url"}, {"body", "url"}, {"sendmail", "mail"}} {
		if given, ok := find(b.own, b.scope, only.name); ok && !b.has(only.with) {
			b.error(given.at, only.name+" in an alert without "+only.with, "It goes with "+only.with+" only.")
		}
	}
	if a.URL == "" { // a supervisor's, that tells in another way
		a.Headers, a.Body = nil, nil
	}
	a.Interval = b.duration("interval", 5*time.Minute, 0)
	a.Timeout = b.duration("timeout", 10*time.Second, 100*time.Millisecond)
	if given, ok := b.attr("timeout"); ok && a.Timeout > maxAlertTimeout {
		b.error(given.expr.Range(), "timeout of an alert is too long", "It is at most "+FormatDuration(maxAlertTimeout)+": others wait for it.")
	}
	a.LogLines = b.number("log_lines", 10, 0, maxAlertLines)
	b.checkTeller(a)
	return a
}

// checkTeller warns of a program that is to tell people and is not there. It runs in the home directory, outside of any unit,
// and is looked at where its block stands: who inherits that is warned already.
func (b *body) checkTeller(a Alert) {
	if b.own == nil {
		return
	}
	const without = "Nobody is told as long as that is so."
	account := &Process{Directory: b.home}
	switch command, hasCommand := b.attr("command"); {
	case hasCommand && len(a.Command) > 0:
		b.checkThere(firstOf(command.expr), "command", without, a.Command, account, Program{})
	case len(a.Mail) > 0:
		given, named := b.attr("sendmail")
		if !named {
			given, _ = b.attr("mail")
		}
		b.checkThere(given.expr.Range(), "sendmail", without, []string{a.Sendmail}, account, Program{})
	}
}

// alertKinds reads `on`, and leaves out what cannot happen to a unit of that kind.
func (b *body) alertKinds(kind Kind) []AlertKind {
	var words []string
	for _, k := range alertKinds {
		words = append(words, string(k))
	}
	given, ok := b.attr("on")
	if !ok {
		if kind == KindPipeline {
			return alertKinds
		}
		return usualAlerts
	}
	var on []AlertKind
	for _, word := range b.words("on", words) {
		k := AlertKind(word)
		if slices.Contains(pipelineKinds, k) && kind != KindPipeline {
			if _, own := find(b.own, b.scope, "on"); own && kind != KindSupervisor {
				b.error(given.expr.Range(), "\""+word+"\" in an alert of "+article(string(kind)), "Only a pipeline, or a supervisor of one, has runs that deploy something.")
			}
			if kind != KindSupervisor {
				continue
			}
		}
		if !slices.Contains(on, k) {
			on = append(on, k)
		}
	}
	return on
}

// article puts the indefinite article before a kind.
func article(kind string) string {
	if strings.ContainsRune("aeiou", rune(kind[0])) {
		return "an " + kind
	}
	return "a " + kind
}

// Alert is the alert of that name.
func (u *Unit) Alert(name string) (Alert, bool) {
	for _, a := range u.Alerts {
		if a.Name == name {
			return a, true
		}
	}
	return Alert{}, false
}

// Sensitive says that it holds a sensitive value, so that nothing of what is sent or answered may be shown.
func (a Alert) Sensitive() bool {
	return a.URLSensitive || a.Body != nil && a.Body.Sensitive || slices.ContainsFunc(a.Headers, func(h EnvVar) bool { return h.Sensitive })
}

// By is the attribute that says how it tells: "command", "url" or "mail".
func (a Alert) By() string {
	switch {
	case a.URL != "":
		return "url"
	case len(a.Mail) > 0:
		return "mail"
	}
	return "command"
}

// Aim names who is told: alerts with the same one go to the same place. It may be sensitive.
func (a Alert) Aim() string {
	switch {
	case a.URL != "":
		return a.URL
	case len(a.Mail) > 0:
		return a.Sendmail
	}
	return strings.Join(a.Command, "\x00")
}

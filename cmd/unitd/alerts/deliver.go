package alerts

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"

	"unitd/policy/alert"
	"unitd/policy/lifecycle"
	courier "unitd/runtime/alert"
	"unitd/runtime/journal"
	"unitd/units"
)

// errGone says that nobody is to be told any more.
var errGone = &courier.Refusal{Why: "the alert is no longer in the unit files"}

// deliver tries once to tell a letter.
func (a *Alerts) deliver(ctx context.Context, letter courier.Letter) error {
	a.mu.Lock()
	message := a.letters[letter.Key]
	def := a.defs[message.Unit]
	a.mu.Unlock()
	if def == nil {
		return errGone
	}
	block, ok := def.Alert(message.Alert)
	if !ok {
		return errGone
	}
	_, err := a.tell(ctx, def, block, message, false)
	return err
}

// tell tries once to tell a message, within the time that the alert gives it. What a program says comes back.
func (a *Alerts) tell(ctx context.Context, def *units.Unit, block units.Alert, message alert.Message, test bool) (said string, err error) {
	ctx, cancel := context.WithTimeout(ctx, block.Timeout)
	defer cancel()
	var lines []string
	if block.LogLines > 0 {
		lines = a.config.Output(ctx, def.ID, block.LogLines)
	}
	scope := message.Words(def, a.config.Where, lines)
	scope.Test = test
	switch {
	case block.URL != "":
		return "", a.post(ctx, block, scope)
	case len(block.Mail) > 0:
		return a.hand(ctx, def, block, []string{block.Sendmail, "-i", "-t"}, nil, alert.Mail(block.Mail, scope, message.At))
	}
	return a.hand(ctx, def, block, block.Command, alert.Environment(scope), alert.JSON(scope))
}

func (a *Alerts) post(ctx context.Context, block units.Alert, scope units.AlertScope) error {
	request := courier.Request{URL: block.URL, Headers: map[string]string{}, Body: alert.JSON(scope), Secret: block.Sensitive()}
	for _, h := range block.Headers {
		request.Headers[h.Name] = h.Value
	}
	if block.Body != nil {
		text, err := block.Body.Render(scope)
		if err != nil {
			return &courier.Refusal{Why: err.Error()}
		}
		request.Body = []byte(text)
	}
	return courier.Post(ctx, request)
}

// hand has a program tell it.
func (a *Alerts) hand(ctx context.Context, def *units.Unit, block units.Alert, argv, env []string, message []byte) (string, error) {
	name := fmt.Sprintf("%s alert %s", def.ID, block.Name)
	output, err := a.config.Hand(ctx, name, argv, env, message)
	said := strings.TrimSpace(strings.ToValidUTF8(string(output), ""))
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("%s did not end within %s, and was killed", argv[0], lifecycle.DurationText(block.Timeout))
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		err = &courier.Refusal{Why: err.Error()}
	case err != nil && said != "":
		err = fmt.Errorf("%s: %w: %s", argv[0], err, said[strings.LastIndexByte(said, '\n')+1:])
	case err != nil:
		err = fmt.Errorf("%s: %w", argv[0], err)
	}
	return said, err
}

// The words for what came of a message, in the event log.
const (
	eventSent   = "alert-sent"
	eventFailed = "alert-failed"
)

// ended notes what came of a letter.
func (a *Alerts) ended(letter courier.Letter, attempts int, err error) {
	a.mu.Lock()
	message := a.letters[letter.Key]
	delete(a.letters, letter.Key)
	result := Result{At: time.Now().Round(0), Event: message.Kind}
	if err != nil {
		result.Error = err.Error()
	}
	if a.defs[message.Unit] != nil {
		if a.results[message.Unit] == nil {
			a.results[message.Unit] = map[string]Result{}
		}
		a.results[message.Unit][message.Alert] = result
	}
	a.touch()
	a.mu.Unlock()
	event := journal.Event{At: result.At, Unit: string(message.Unit), Event: eventSent, Reason: message.Alert + ": " + string(message.Kind)}
	if err != nil {
		event.Event = eventFailed
		event.Reason += ", not told after " + times(attempts) + ": " + result.Error
		a.config.Logger.Warn("alert not sent", "unit", message.Unit, "alert", message.Alert, "event", message.Kind, "attempts", attempts, "error", err)
	}
	a.config.Events.Append(event)
}

func times(attempts int) string {
	if attempts == 1 {
		return "1 try"
	}
	return fmt.Sprintf("%d tries", attempts)
}

// Results are what came of the last message of each alert of a unit.
func (a *Alerts) Results(unit units.ID) map[string]Result {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := map[string]Result{}
	for name, result := range a.results[unit] {
		all[name] = result
	}
	return all
}

// Trial is what came of trying an alert.
type Trial struct {
	Alert string
	Took  time.Duration
	Said  string // by the program that was to tell
	Err   error  // nil: it was told
}

// trialTime is the longest that one may take: who asks waits for it.
const trialTime = 20 * time.Second

// Try tells a sample by some alerts of a unit, once each. Nothing of it is remembered.
func (a *Alerts) Try(ctx context.Context, def *units.Unit, blocks []units.Alert) []Trial {
	ctx, cancel := context.WithTimeout(ctx, trialTime)
	defer cancel()
	trials := make([]Trial, len(blocks))
	var all sync.WaitGroup
	for i, block := range blocks {
		all.Go(func() {
			began := time.Now()
			said, err := a.tell(ctx, def, block, alert.Sample(def.ID, block.Name, began.Round(0)), true)
			trials[i] = Trial{Alert: block.Name, Took: time.Since(began), Said: said, Err: err}
		})
	}
	all.Wait()
	return trials
}

package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"unitd/cmd/unitctl/screen"
	"unitd/ipc/protocol"
	"unitd/policy/webhook"
	"unitd/runtime/host"
)

func newWebhook(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use: "webhook", Short: "Show or try the webhook of a pipeline", GroupID: look, Args: takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			return usage("webhook needs a verb: show or test")
		},
	}
	cmd.AddCommand(newWebhookShow(c), newWebhookTest(c))
	return cmd
}

// hookAnswer is what `webhook show --json` and `webhook test --json` print.
type hookAnswer struct {
	ID         string           `json:"id"`
	URL        string           `json:"url"`
	Settings   webhook.Settings `json:"settings"`
	SecretFile string           `json:"secret_file"`
	Address    string           `json:"address"`
	// Status and Answer are those of the request that was posted.
	Status int    `json:"status,omitempty"`
	Answer string `json:"answer,omitempty"`
}

func newWebhookShow(c *console) *cobra.Command {
	var site string
	cmd := &cobra.Command{
		Use: "show PIPELINE", Short: "Show what to enter at the provider", Args: takes(1, 1), ValidArgsFunction: c.completeOneUnit,
		RunE: func(cmd *cobra.Command, args []string) error {
			hook, answer, err := c.webhook(cmd.Context(), "show", args[0], site)
			if err != nil {
				return err
			}
			return c.print(answer, hookText(hook, answer, c.style()))
		},
	}
	cmd.Flags().StringVar(&site, "host", "example.org", "`NAME` of the site")
	return cmd
}

func newWebhookTest(c *console) *cobra.Command {
	var site string
	var ping bool
	cmd := &cobra.Command{
		Use: "test PIPELINE", Short: "Post a signed sample push, which begins a run", Args: takes(1, 1), ValidArgsFunction: c.completeOneUnit,
		Long: `Sign a sample push as the provider does, post it to where unitd listens, and
show the answer. A run begins as it does for any push: it deploys the newest
commit of the branch. --ping posts what is signed alike and begins no run.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			hook, answer, err := c.webhook(cmd.Context(), "test", args[0], site)
			if err != nil {
				return err
			}
			if err := post(cmd.Context(), hook, &answer, ping); err != nil {
				return failed("webhook test %s: %v", answer.ID, err)
			}
			text := hookText(hook, answer, c.style()) + fmt.Sprintf("\nposted to %s%s: %d %s\n%s", hook.Address, hook.Path, answer.Status, http.StatusText(answer.Status), answer.Answer)
			if err := c.print(answer, text); err != nil {
				return err
			}
			if answer.Status >= http.StatusMultipleChoices {
				return failed("webhook test %s: it was refused: the log of unitd says why (unitctl manager)", answer.ID)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&ping, "ping", false, "post what begins no run")
	cmd.Flags().StringVar(&site, "host", "example.org", "`NAME` of the site")
	return cmd
}

// webhook finds the webhook of a pipeline, and what there is to say of it.
func (c *console) webhook(ctx context.Context, verb, name, site string) (protocol.Trigger, hookAnswer, error) {
	list, err := c.units(ctx, []string{name})
	if err != nil {
		return protocol.Trigger{}, hookAnswer{}, err
	}
	if len(list) != 1 {
		return protocol.Trigger{}, hookAnswer{}, usage("webhook %s: %s are several units; name one", verb, name)
	}
	hook, ok := webhookOf(list[0])
	if !ok {
		return protocol.Trigger{}, hookAnswer{}, usage("webhook %s: %s has no webhook: give the pipeline a trigger \"webhook\" block", verb, list[0].ID)
	}
	return hook, hookAnswer{
		ID: list[0].ID, URL: "https://" + site + hook.Path, Settings: rule(hook).Settings(), SecretFile: hook.SecretFile, Address: hook.Address,
	}, nil
}

// webhookOf is the webhook of a unit.
func webhookOf(u protocol.UnitStatus) (protocol.Trigger, bool) {
	for _, t := range u.Triggers {
		if t.Kind == protocol.TriggerWebhook {
			return t, true
		}
	}
	return protocol.Trigger{}, false
}

func rule(t protocol.Trigger) webhook.Rule {
	return webhook.Rule{Provider: webhook.Provider(t.Provider), Branch: t.Branch, Signed: t.Signed}
}

// hookText says what a person enters at the provider.
func hookText(hook protocol.Trigger, a hookAnswer, style screen.Style) string {
	var b strings.Builder
	line := func(name, value string) { fmt.Fprintf(&b, "  %-13s %s\n", name, value) }
	fmt.Fprintf(&b, "%s, for %s: %s\n", a.ID, hook.Provider, a.Settings.Where)
	line("URL", a.URL)
	line("content type", a.Settings.ContentType)
	line("secret", a.Settings.Secret)
	line("secret file", style.Path(a.SecretFile))
	line("events", a.Settings.Events)
	if hook.Branch != "" {
		line("branch", hook.Branch)
	}
	line("served at", hook.Address+", behind the web server: unitctl proxy "+screen.ShortName(a.ID))
	if hook.Note != "" {
		line("note", hook.Note)
	}
	return b.String()
}

// Bounds of a request that tries a webhook.
const (
	postTime  = 15 * time.Second
	maxAnswer = 64 << 10
)

// post sends a signed sample to where the manager listens.
func post(ctx context.Context, hook protocol.Trigger, a *hookAnswer, ping bool) error {
	content, err := host.ReadSecret(hook.SecretFile)
	if err != nil {
		return fmt.Errorf("secret_file %s %w", hook.SecretFile, err)
	}
	r := rule(hook)
	key, err := r.NewKey(content)
	if err != nil {
		return fmt.Errorf("secret_file %s %w", hook.SecretFile, err)
	}
	var id [16]byte
	rand.Read(id[:])
	sample := r.Sample(key, ping, "unitctl-"+hex.EncodeToString(id[:]), time.Now())
	ctx, cancel := context.WithTimeout(ctx, postTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+webhookHost(hook.Address)+hook.Path, bytes.NewReader(sample.Body))
	if err != nil {
		return err
	}
	for name, value := range sample.Header {
		request.Header.Set(name, value)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		if path, ok := strings.CutPrefix(hook.Address, "unix:"); ok {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}
		return new(net.Dialer).DialContext(ctx, "tcp", hook.Address)
	}}}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	a.Status, a.Answer = response.StatusCode, string(text)
	return err
}

// webhookHost is what a request to an address calls the host.
func webhookHost(address string) string {
	if strings.HasPrefix(address, "unix:") {
		return "localhost"
	}
	return address
}

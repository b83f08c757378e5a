package webhook_test

import (
	"net/http"
	"testing"
	"time"
	"unicode/utf8"

	"unitd/policy/webhook"
)

var everyProvider = []webhook.Provider{webhook.GitHub, webhook.GitLab, webhook.Gitea, webhook.Forgejo, webhook.Bitbucket, webhook.Generic}

// FuzzRead reads any body and decides: what may reach a log or an answer is short and printable, and nothing but a branch of
// that name starts a run.
func FuzzRead(f *testing.F) {
	for i, event := range []string{"push", "Push Hook", "push", "push", "repo:push", ""} {
		f.Add(uint(i), event, "application/json", []byte(push("refs/heads/main", after, `,"commits":[{"added":["app/x"]}]`)))
	}
	f.Add(uint(0), "push", "application/x-www-form-urlencoded", []byte("payload=%7B%22ref%22%3A%22x%22%7D"))
	f.Add(uint(4), "repo:push", "", []byte(`{"push":{"changes":[{"new":{"type":"branch","name":"main"}}]}}`))
	f.Add(uint(4), "repo:refs_changed", "", []byte(`{"changes":[{"refId":"refs/heads/main"}]}`))
	f.Fuzz(func(t *testing.T, which uint, event, content string, body []byte) {
		provider := everyProvider[which%uint(len(everyProvider))]
		h := http.Header{}
		for _, name := range []string{"X-GitHub-Event", "X-Gitlab-Event", "X-Gitea-Event", "X-Forgejo-Event", "X-Event-Key", "X-GitHub-Delivery", "Webhook-Id"} {
			h.Set(name, event)
		}
		h.Set("Content-Type", content)
		e, err := provider.Read(h, body)
		if err != nil {
			return
		}
		rule := webhook.Rule{Provider: provider, Branch: "main", Paths: []string{"app/**"}}
		d := rule.Decide(e)
		if d.Start && d.Push.Ref != "refs/heads/main" && (provider != webhook.Generic || d.Push.Ref != "") {
			t.Errorf("a run follows from %q", d.Push.Ref)
		}
		for _, text := range []string{e.Name, e.Delivery, d.Push.By, d.Push.Commit} {
			if len(text) > 250 || !utf8.ValidString(text) {
				t.Errorf("%q", text)
			}
		}
		if len(d.Because) > 1000 {
			t.Errorf("%d bytes of why", len(d.Because))
		}
	})
}

// FuzzSeal takes any headers: without the secret none holds.
func FuzzSeal(f *testing.F) {
	f.Add(uint(0), "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", "", "", []byte("x"))
	f.Add(uint(1), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", "id", "1803902400", []byte("x"))
	f.Fuzz(func(t *testing.T, which uint, signature, id, at string, body []byte) {
		provider := everyProvider[which%uint(len(everyProvider))]
		h := http.Header{}
		for _, name := range []string{"X-Hub-Signature-256", "X-Hub-Signature", "X-Gitea-Signature", "X-Forgejo-Signature", "X-Gitlab-Token", "Webhook-Signature"} {
			h.Set(name, signature)
		}
		h.Set("Webhook-Id", id)
		h.Set("Webhook-Timestamp", at)
		for _, content := range []string{"nobody has this secret", "whsec_bm9ib2R5IGhhcyB0aGlzIHNlY3JldA=="} {
			rule := webhook.Rule{Provider: provider, Window: time.Minute}
			seal, err := rule.Seal(keyOfFuzz(t, rule, content), h, now)
			if err == nil && seal.Holds(body) && signature != "nobody has this secret" {
				t.Errorf("%s: %q holds", provider, signature)
			}
		}
	})
}

func keyOfFuzz(t *testing.T, r webhook.Rule, content string) webhook.Key {
	key, err := r.NewKey([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

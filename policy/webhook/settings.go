package webhook

// Settings are what a person enters at a provider, beside the URL and the secret, in the words of its pages.
type Settings struct {
	// Where to find the page; ContentType, Events and Secret are its fields.
	Where       string `json:"where"`
	ContentType string `json:"content_type"`
	Events      string `json:"events"`
	Secret      string `json:"secret"`
}

// Settings of the rule's provider.
func (r Rule) Settings() Settings {
	s := Settings{ContentType: "application/json", Events: "push events only", Secret: "the content of the secret file"}
	switch r.Provider {
	case GitHub:
		s.Where, s.Events = "Settings, Webhooks, Add webhook", "Just the push event"
	case GitLab:
		s.Where, s.Events = "Settings, Webhooks, Add new webhook", "Push events"
		s.Secret = "the content of the secret file, as Secret token; one that begins with whsec_ as Signing token"
	case Gitea, Forgejo:
		s.Where, s.Events = "Settings, Webhooks, Add webhook (HTTP method POST)", "Push events"
	case Bitbucket:
		s.Where, s.Events = "Repository settings, Webhooks, Add webhook", "Repository push"
	default:
		s.Where, s.Events = "your own sender", `a body {"ref": "refs/heads/BRANCH", "after": "COMMIT"}, or {}`
		s.Secret = "header X-Hub-Signature-256: sha256= and the HMAC-SHA256 of the body in hexadecimal, with the content of the secret file as key"
		if r.Signed {
			s.Secret = "headers webhook-id, webhook-timestamp and webhook-signature of Standard Webhooks, with the content of the secret file as key"
		}
	}
	return s
}

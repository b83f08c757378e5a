package protocol

import "time"

// Trigger is what starts a pipeline by itself.
type Trigger struct {
	// Kind is webhook or poll.
	Kind string `json:"kind"`
	// Branch is the one whose commits count; "": any.
	Branch string `json:"branch,omitempty"`

	// Of a webhook: the Address and Path that it is served at, who sends (Provider), and the file of the secret. Paths are the
	// patterns of which a changed file has to match one. Signed says that the files ask for a signed time.
	Address    string   `json:"address,omitempty"`
	Path       string   `json:"path,omitempty"`
	Provider   string   `json:"provider,omitempty"`
	SecretFile string   `json:"secret_file,omitempty"`
	Paths      []string `json:"paths,omitempty"`
	Signed     bool     `json:"signed,omitempty"`

	// Of a poll: how often the remote is asked, when it was last and will be next, and what it said: the newest commit.
	Every string    `json:"every,omitempty"`
	Last  time.Time `json:"last,omitzero"`
	Next  time.Time `json:"next,omitzero"`
	Head  string    `json:"head,omitempty"`

	// Note says what is wrong with it.
	Note string `json:"note,omitempty"`
}

// The kinds of triggers.
const (
	TriggerWebhook = "webhook"
	TriggerPoll    = "poll"
)

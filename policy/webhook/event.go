package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/url"
	"strings"
	"unicode"
)

// Provider is who sends requests.
type Provider string

// The providers.
const (
	GitHub    Provider = "github"
	GitLab    Provider = "gitlab"
	Gitea     Provider = "gitea"
	Forgejo   Provider = "forgejo" // as Gitea
	Bitbucket Provider = "bitbucket"
	Generic   Provider = "generic"
)

// Event is what a request tells.
type Event struct {
	// Name is how the provider calls it; Ping says that it only tries the connection.
	Name string
	Ping bool
	// Delivery is the provider's id of it, "": it gives none.
	Delivery string
	// Pushes are what was pushed; none where the event is about something else.
	Pushes []Push
}

// Push is what was pushed to one branch or tag.
type Push struct {
	// Ref is "refs/heads/main" or "refs/tags/v1", as it was sent.
	Ref string
	// Commit is what it points to now, "": that is not told.
	Commit  string
	Deleted bool
	Forced  bool
	// Files are those that changed, from the top of the repository; Complete says that they are all.
	Files    []string
	Complete bool
	// By is who has pushed, for people.
	By string
}

// ErrNoEvent says that a body is not what its headers say.
var ErrNoEvent = errors.New("it cannot be read")

// maxText bounds what goes from a request into answers and logs, in bytes.
const maxText = 120

// Read reads a request whose seal holds.
func (p Provider) Read(h Header, body []byte) (Event, error) {
	body, err := p.payload(h, body)
	if err != nil {
		return Event{}, err
	}
	switch p {
	case GitHub:
		return plainEvent(h, body, "X-GitHub-Event", "X-GitHub-Delivery", "push")
	case Gitea, Forgejo:
		if h.Get("X-Forgejo-Event") != "" {
			return plainEvent(h, body, "X-Forgejo-Event", "X-Forgejo-Delivery", "push")
		}
		return plainEvent(h, body, "X-Gitea-Event", "X-Gitea-Delivery", "push")
	case GitLab:
		return gitlabEvent(h, body)
	case Bitbucket:
		return bitbucketEvent(h, body)
	default:
		return genericEvent(h, body)
	}
}

// payload is the JSON of a body, which GitHub and Gitea send as a form where people have chosen so.
func (p Provider) payload(h Header, body []byte) ([]byte, error) {
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type")) // one that is none is no form
	if kind != "application/x-www-form-urlencoded" || p == Generic {
		return body, nil
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, fmt.Errorf("%w: no form", ErrNoEvent)
	}
	return []byte(form.Get("payload")), nil
}

// decode reads JSON. The error quotes nothing of it.
func decode(body []byte, into any) error {
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("%w: no JSON of a push", ErrNoEvent)
	}
	return nil
}

// word is what a header or a body says, fit for logs and answers.
func word(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, short(text))
}

func short(text string) string {
	return strings.ToValidUTF8(text[:min(len(text), maxText)], "")
}

// commitID is a commit as git writes it, or "".
func commitID(text string) string {
	if len(text) != 40 && len(text) != 64 || strings.Trim(text, "0123456789abcdef") != "" || nothing(text) {
		return ""
	}
	return text
}

// nothing is the commit of a branch that is not there: zeros.
func nothing(commit string) bool { return commit != "" && strings.Trim(commit, "0") == "" }

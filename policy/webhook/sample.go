package webhook

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// Sample is a request as a provider sends it.
type Sample struct {
	Header map[string]string
	Body   []byte
}

// What stands in a sample for what nobody has done.
const (
	sampleBefore = "1111111111111111111111111111111111111111"
	sampleAfter  = "2222222222222222222222222222222222222222"
	sampleBy     = "unitctl"
)

// Sample makes a request that tells of a push to the rule's branch, or, with ping, of something that starts no run. id has
// to be another one each time, or it counts as delivered before.
func (r Rule) Sample(key Key, ping bool, id string, now time.Time) Sample {
	branch := r.Branch
	if branch == "" {
		branch = "main"
	}
	s := Sample{Header: map[string]string{"Content-Type": "application/json"}}
	r.describe(s.Header, ping, id)
	body := map[string]any{}
	switch {
	case ping && r.Provider == Generic:
		body["type"] = "ping"
	case ping:
	case r.Provider == Bitbucket:
		to := map[string]any{"type": "branch", "name": branch, "target": map[string]any{"hash": sampleAfter}}
		body["push"] = map[string]any{"changes": []any{map[string]any{"new": to, "old": to}}}
		body["actor"] = map[string]any{"nickname": sampleBy}
	default:
		body["ref"], body["before"], body["after"] = "refs/heads/"+branch, sampleBefore, sampleAfter
		body["object_kind"], body["user_username"] = "push", sampleBy
		body["pusher"] = map[string]any{"name": sampleBy, "login": sampleBy}
		body["repository"] = map[string]any{"pushed_at": now.Unix(), "updated_at": id} // two samples are two pushes
	}
	s.Body, _ = json.Marshal(body) // maps of texts can always be written
	r.sign(key, s, id, now)
	return s
}

// describe fills the headers that name the event.
func (r Rule) describe(header map[string]string, ping bool, id string) {
	var name, delivery string
	switch r.Provider {
	case GitHub:
		name, delivery = "X-GitHub-Event", "X-GitHub-Delivery"
	case Gitea:
		name, delivery = "X-Gitea-Event", "X-Gitea-Delivery"
	case Forgejo:
		name, delivery = "X-Forgejo-Event", "X-Forgejo-Delivery"
	case GitLab:
		header["X-Gitlab-Event"], header["X-Gitlab-Event-UUID"] = "Push Hook", id
		if ping {
			header["X-Gitlab-Event"] = "Ping"
		}
		return
	case Bitbucket:
		header["X-Event-Key"], header["X-Request-UUID"] = "repo:push", id
		if ping {
			header["X-Event-Key"] = "diagnostics:ping"
		}
		return
	default:
		header["Webhook-Id"] = id
		return
	}
	if header[name], header[delivery] = "push", id; ping {
		header[name] = "ping"
	}
}

func (r Rule) sign(key Key, s Sample, id string, now time.Time) {
	mac := func(prefix string) []byte { return key.mac(prefix, s.Body) }
	switch {
	case key.signing || r.Signed && r.Provider == Generic:
		at := strconv.FormatInt(now.Unix(), 10)
		s.Header["Webhook-Id"], s.Header["Webhook-Timestamp"] = id, at
		s.Header["Webhook-Signature"] = "v1," + base64.StdEncoding.EncodeToString(mac(strings.Join([]string{id, at, ""}, ".")))
	case r.Provider == GitLab:
		s.Header["X-Gitlab-Token"] = string(key.secret)
	case r.Provider == Gitea:
		s.Header["X-Gitea-Signature"] = hex.EncodeToString(mac(""))
	case r.Provider == Forgejo:
		s.Header["X-Forgejo-Signature"] = hex.EncodeToString(mac(""))
	case r.Provider == Bitbucket:
		s.Header["X-Hub-Signature"] = "sha256=" + hex.EncodeToString(mac(""))
	default:
		s.Header["X-Hub-Signature-256"] = "sha256=" + hex.EncodeToString(mac(""))
	}
}

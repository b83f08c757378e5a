package webhook

import (
	"cmp"
	"strings"
)

// pushBody is what GitHub, GitLab, Gitea and a generic sender say of a push. Each fills some of it.
type pushBody struct {
	Ref     string   `json:"ref"`
	Before  string   `json:"before"`
	After   string   `json:"after"`
	Created bool     `json:"created"`
	Deleted bool     `json:"deleted"`
	Forced  bool     `json:"forced"`
	Commits []commit `json:"commits"`
	// Total and TotalCount are how many commits Gitea and GitLab have listed or left out.
	Total      int `json:"total_commits"`
	TotalCount int `json:"total_commits_count"`
	Pusher     struct {
		Name  string `json:"name"`
		Login string `json:"login"`
	} `json:"pusher"`
	User string `json:"user_username"`
}

type commit struct {
	Added    []string `json:"added"`
	Removed  []string `json:"removed"`
	Modified []string `json:"modified"`
}

// Lists of this length may have been cut by a provider: GitHub lists 2048 commits at most, and a few thousand files of
// each. The bound of files is far lower, since to count one list too many as cut costs a run at most.
const (
	cutCommits = 2048
	cutFiles   = 300
)

func (b pushBody) push() Push {
	p := Push{
		Ref: b.Ref, Commit: commitID(b.After), Forced: b.Forced, Deleted: b.Deleted || nothing(b.After),
		By: word(cmp.Or(b.Pusher.Login, b.Pusher.Name, b.User)),
	}
	listed := len(b.Commits)
	// A new branch, and one that was forced, differs from what is deployed by more than its own commits.
	p.Complete = listed > 0 && listed < cutCommits && max(b.Total, b.TotalCount) <= listed && !b.Created && !b.Forced && !nothing(b.Before)
	for _, c := range b.Commits {
		if c.Added == nil && c.Removed == nil && c.Modified == nil {
			p.Complete = false
		}
		for _, files := range [][]string{c.Added, c.Removed, c.Modified} {
			p.Complete = p.Complete && len(files) < cutFiles
			p.Files = append(p.Files, files...)
		}
	}
	return p
}

// plainEvent is one of GitHub (https://docs.github.com/en/webhooks/webhook-events-and-payloads) or Gitea
// (https://docs.gitea.com/usage/webhooks), which name the event in a header.
func plainEvent(h Header, body []byte, name, delivery, push string) (Event, error) {
	e := Event{Name: word(h.Get(name)), Delivery: word(h.Get(delivery))}
	if e.Name != push {
		e.Ping = e.Name == "ping"
		return e, nil
	}
	var b pushBody
	if err := decode(body, &b); err != nil {
		return Event{}, err
	}
	e.Pushes = []Push{b.push()}
	return e, nil
}

// gitlabEvent: https://docs.gitlab.com/user/project/integrations/webhook_events/. The key of Idempotency-Key stays the
// same when a request is sent again; older ones have an id of the event only. There is no ping: people send a push of the
// newest commit in order to try.
func gitlabEvent(h Header, body []byte) (Event, error) {
	e := Event{Name: word(h.Get("X-Gitlab-Event")), Delivery: word(cmp.Or(h.Get("Webhook-Id"), h.Get("Idempotency-Key"), h.Get("X-Gitlab-Event-UUID")))}
	switch e.Name {
	case "Push Hook", "Tag Push Hook", "System Hook":
	default:
		return e, nil
	}
	var b struct {
		pushBody
		Kind  string `json:"object_kind"`
		Event string `json:"event_name"` // of a system hook
	}
	if err := decode(body, &b); err != nil {
		return Event{}, err
	}
	switch kind := cmp.Or(b.Kind, b.Event); kind {
	case "push", "tag_push":
		e.Pushes = []Push{b.push()}
	default:
		e.Name = word(e.Name + " " + kind)
	}
	return e, nil
}

// bitbucketEvent is one of Bitbucket Cloud (https://support.atlassian.com/bitbucket-cloud/docs/event-payloads/) or of
// Data Center (https://confluence.atlassian.com/bitbucketserver/event-payload-938025882.html). Neither lists files.
func bitbucketEvent(h Header, body []byte) (Event, error) {
	e := Event{Name: word(h.Get("X-Event-Key")), Delivery: word(cmp.Or(h.Get("X-Request-UUID"), h.Get("X-Request-Id")))}
	switch e.Name {
	case "repo:push":
		return cloudPush(e, body)
	case "repo:refs_changed":
		return centerPush(e, body)
	}
	e.Ping = e.Name == "diagnostics:ping"
	return e, nil
}

func cloudPush(e Event, body []byte) (Event, error) {
	type ref struct {
		Type   string `json:"type"`
		Name   string `json:"name"`
		Target struct {
			Hash string `json:"hash"`
		} `json:"target"`
	}
	var b struct {
		Actor struct {
			Nickname string `json:"nickname"`
		} `json:"actor"`
		Push struct {
			Changes []struct {
				New    *ref `json:"new"`
				Old    *ref `json:"old"`
				Forced bool `json:"forced"`
			} `json:"changes"`
		} `json:"push"`
	}
	if err := decode(body, &b); err != nil {
		return Event{}, err
	}
	for _, change := range b.Push.Changes {
		to := cmp.Or(change.New, change.Old)
		if to == nil {
			continue
		}
		p := Push{Ref: "refs/heads/" + to.Name, Forced: change.Forced, Deleted: change.New == nil, By: word(b.Actor.Nickname)}
		if to.Type != "branch" && to.Type != "named_branch" {
			p.Ref = "refs/tags/" + to.Name
		}
		if !p.Deleted {
			p.Commit = commitID(to.Target.Hash)
		}
		e.Pushes = append(e.Pushes, p)
	}
	return e, nil
}

func centerPush(e Event, body []byte) (Event, error) {
	var b struct {
		Actor struct {
			Name string `json:"name"`
		} `json:"actor"`
		Changes []struct {
			RefID  string `json:"refId"`
			ToHash string `json:"toHash"`
			Type   string `json:"type"`
		} `json:"changes"`
	}
	if err := decode(body, &b); err != nil {
		return Event{}, err
	}
	for _, change := range b.Changes {
		e.Pushes = append(e.Pushes, Push{
			Ref: change.RefID, Commit: commitID(change.ToHash), Deleted: change.Type == "DELETE" || nothing(change.ToHash), By: word(b.Actor.Name),
		})
	}
	return e, nil
}

// genericEvent is what anybody may send who has the secret, with what it has of a push: {} asks for a run of the
// pipeline's branch. {"type": "ping"} tries the connection.
func genericEvent(h Header, body []byte) (Event, error) {
	e := Event{Name: "push", Delivery: word(h.Get("Webhook-Id"))}
	var b struct {
		pushBody
		Type  string   `json:"type"`
		Files []string `json:"files"`
	}
	if strings.TrimSpace(string(body)) != "" {
		if err := decode(body, &b); err != nil {
			return Event{}, err
		}
	}
	if b.Type != "" && b.Type != "push" {
		e.Name, e.Ping = word(b.Type), b.Type == "ping"
		return e, nil
	}
	p := b.push()
	if b.Files != nil {
		p.Files, p.Complete = b.Files, true
	}
	e.Pushes = []Push{p}
	return e, nil
}

package webhook_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"unitd/policy/webhook"
)

const secret = "It's a Secret to Everybody"

var now = time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC)

func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func keyOf(t *testing.T, r webhook.Rule, content string) webhook.Key {
	t.Helper()
	key, err := r.NewKey([]byte(content))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// The first is the example of GitHub's documentation, the signing token one of the tests of Standard Webhooks.
func TestSeal(t *testing.T) {
	const mac = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	const signing, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", `{"test": 2432232314}`
	standard := func(id, at, signature string) http.Header {
		return headers("webhook-id", id, "webhook-timestamp", at, "webhook-signature", signature)
	}
	const id, at, signature = "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	signed := time.Unix(1614265330, 0)
	rule := func(p webhook.Provider) webhook.Rule { return webhook.Rule{Provider: p, Window: 5 * time.Minute} }
	for name, test := range map[string]struct {
		rule         webhook.Rule
		secret, body string
		header       http.Header
		now          time.Time
		refused      bool // before the body is there
		holds        bool
	}{
		"github":            {rule: rule("github"), header: headers("X-Hub-Signature-256", "sha256="+mac), holds: true},
		"generic":           {rule: rule("generic"), header: headers("X-Hub-Signature-256", "sha256="+mac), holds: true},
		"another body":      {rule: rule("github"), body: "Hello, World", header: headers("X-Hub-Signature-256", "sha256="+mac)},
		"another secret":    {rule: rule("github"), secret: secret + "!", header: headers("X-Hub-Signature-256", "sha256="+mac)},
		"no signature":      {rule: rule("github"), header: headers(), refused: true},
		"sha1":              {rule: rule("github"), header: headers("X-Hub-Signature", "sha1=0123456789012345678901234567890123456789"), refused: true},
		"truncated":         {rule: rule("github"), header: headers("X-Hub-Signature-256", "sha256="+mac[:62]), refused: true},
		"no hexadecimal":    {rule: rule("github"), header: headers("X-Hub-Signature-256", "sha256="+strings.Repeat("zz", 32)), refused: true},
		"without prefix":    {rule: rule("github"), header: headers("X-Hub-Signature-256", mac), refused: true},
		"bitbucket":         {rule: rule("bitbucket"), header: headers("X-Hub-Signature", "sha256="+mac), holds: true},
		"gitea":             {rule: rule("gitea"), header: headers("X-Gitea-Signature", mac), holds: true},
		"forgejo":           {rule: rule("gitea"), header: headers("X-Forgejo-Signature", mac), holds: true},
		"forgejo alone":     {rule: rule("forgejo"), header: headers("X-Forgejo-Signature", mac), holds: true},
		"one rules":         {rule: rule("gitea"), header: headers("X-Forgejo-Signature", strings.Repeat("0", 64), "X-Gitea-Signature", mac)},
		"gitlab":            {rule: rule("gitlab"), header: headers("X-Gitlab-Token", secret), holds: true},
		"another token":     {rule: rule("gitlab"), header: headers("X-Gitlab-Token", secret[1:])},
		"longer token":      {rule: rule("gitlab"), header: headers("X-Gitlab-Token", secret+"x")},
		"no token":          {rule: rule("gitlab"), header: headers("X-Gitlab-Token", ""), refused: true},
		"standard":          {rule: rule("gitlab"), secret: signing, body: message, header: standard(id, at, signature), now: signed, holds: true},
		"standard, generic": {rule: rule("generic"), secret: signing, body: message, header: standard(id, at, signature), now: signed.Add(299 * time.Second), holds: true},
		"one of several":    {rule: rule("gitlab"), secret: signing, body: message, header: standard(id, at, "v1a,x v1,"+strings.Repeat("A", 43)+"= "+signature), now: signed, holds: true},
		"too many":          {rule: rule("gitlab"), secret: signing, body: message, header: standard(id, at, strings.Repeat("v1,"+strings.Repeat("A", 43)+"= ", 5)+signature), now: signed},
		"another id":        {rule: rule("gitlab"), secret: signing, body: message, header: standard("msg_other", at, signature), now: signed},
		"another time":      {rule: rule("gitlab"), secret: signing, body: message, header: standard(id, "1614265331", signature), now: signed},
		"too old":           {rule: rule("gitlab"), secret: signing, body: message, header: standard(id, at, signature), now: signed.Add(301 * time.Second), refused: true},
		"from the future":   {rule: rule("gitlab"), secret: signing, body: message, header: standard(id, at, signature), now: signed.Add(-301 * time.Second), refused: true},
		"no time":           {rule: rule("gitlab"), secret: signing, body: message, header: standard(id, "soon", signature), now: signed, refused: true},
		"far away":          {rule: rule("gitlab"), secret: signing, body: message, header: standard(id, "-9223372036854775808", signature), now: signed, refused: true},
		"not by a token":    {rule: rule("gitlab"), secret: signing, body: message, header: headers("X-Gitlab-Token", signing), now: signed, refused: true},
		"time is wanted":    {rule: webhook.Rule{Provider: "generic", Signed: true}, header: headers("X-Hub-Signature-256", "sha256="+mac), refused: true},
	} {
		if test.secret == "" {
			test.secret = secret
		}
		if test.body == "" {
			test.body = "Hello, World!"
		}
		if test.now.IsZero() {
			test.now = now
		}
		seal, err := test.rule.Seal(keyOf(t, test.rule, test.secret+"\n"), test.header, test.now)
		switch {
		case (err != nil) != test.refused:
			t.Errorf("%s: %v", name, err)
		case err == nil && seal.Holds([]byte(test.body)) != test.holds:
			t.Errorf("%s: it holds: %v", name, !test.holds)
		case err != nil && strings.Contains(err.Error(), test.secret):
			t.Errorf("%s: the error quotes the secret", name)
		}
	}
}

func TestKey(t *testing.T) {
	for content, ok := range map[string]bool{
		"0123456789abcdef": true, " 0123456789abcdef \r\n": true, "short\n": true, "": false, "\n \n": false,
		"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw": true, "whsec_not base64": false, "whsec_": false,
	} {
		if _, err := (webhook.Rule{Provider: webhook.GitLab}).NewKey([]byte(content)); (err == nil) != ok {
			t.Errorf("%q: %v", content, err)
		}
	}
	if _, err := (webhook.Rule{Provider: webhook.GitLab, Signed: true}).NewKey([]byte(secret)); err == nil {
		t.Error("a plain token is taken where a signed time is wanted")
	}
	if _, err := (webhook.Rule{Provider: webhook.GitHub}).NewKey([]byte("whsec_this is no base64")); err != nil {
		t.Errorf("with GitHub a secret means what is written: %v", err)
	}
}

const (
	zero   = "0000000000000000000000000000000000000000"
	before = "95790bf891e76fee5e1747ab589903a6a1f80f22"
	after  = "da1560886d4f094c3e6c9ef40349f7d38b5d27d7"
)

// push is a body as GitHub, GitLab and Gitea send it, shortened.
func push(ref, after, more string) string {
	return fmt.Sprintf(`{"ref":%q,"before":%q,"after":%q%s}`, ref, before, after, more)
}

func TestDecide(t *testing.T) {
	main := webhook.Rule{Branch: "main"}
	app := webhook.Rule{Branch: "main", Paths: []string{"app/**", "*.toml"}}
	commits := func(files ...string) string {
		return `,"commits":[{"added":[],"removed":[],"modified":["` + strings.Join(files, `","`) + `"]}]`
	}
	for name, test := range map[string]struct {
		rule     webhook.Rule
		provider webhook.Provider
		header   http.Header
		body     string
		because  string // "": a run follows
		commit   string
	}{
		"github":           {rule: main, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/main", after, ""), commit: after},
		"ping":             {rule: main, provider: "github", header: headers("X-GitHub-Event", "ping"), body: `{"zen":"x"}`, because: "only tries"},
		"issues":           {rule: main, provider: "github", header: headers("X-GitHub-Event", "issues"), body: `{"ref":"refs/heads/main"}`, because: `"issues" is no push`},
		"no event":         {rule: main, provider: "github", header: headers(), body: push("refs/heads/main", after, ""), because: "no event"},
		"another branch":   {rule: main, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/next", after, ""), because: `"next" was pushed`},
		"almost":           {rule: main, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/main/x", after, ""), because: "was pushed"},
		"odd":              {rule: main, provider: "github", header: headers("X-GitHub-Event", "push"), body: `{"ref":"refs/heads/ma\u0001in"}`, because: "was pushed"},
		"any branch":       {rule: webhook.Rule{}, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/next", after, ""), commit: after},
		"tag":              {rule: main, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/tags/v1", after, ""), because: `the tag "v1"`},
		"tag named main":   {rule: main, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/tags/main", after, ""), because: "the tag"},
		"note":             {rule: main, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/notes/x", after, ""), because: "is no branch"},
		"deleted":          {rule: main, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/main", zero, `,"deleted":true`), because: "was deleted"},
		"zeros":            {rule: main, provider: "gitea", header: headers("X-Gitea-Event", "push"), body: push("refs/heads/main", zero, ""), because: "was deleted"},
		"forced":           {rule: app, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/main", after, `,"forced":true`+commits("doc/x")), commit: after},
		"new branch":       {rule: app, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/main", after, `,"created":true`+commits("doc/x")), commit: after},
		"form":             {rule: main, provider: "github", header: headers("X-GitHub-Event", "push", "Content-Type", "application/x-www-form-urlencoded"), body: "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D"},
		"other files":      {rule: app, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/main", after, commits("doc/x", "app")), because: "none of the 2 changed files"},
		"a file":           {rule: app, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/main", after, commits("doc/x", "app/a/b.py")), commit: after},
		"no commits":       {rule: app, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/main", after, `,"commits":[]`), commit: after},
		"no files":         {rule: app, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/main", after, `,"commits":[{"id":"x"}]`), commit: after},
		"cut files":        {rule: app, provider: "github", header: headers("X-GitHub-Event", "push"), body: push("refs/heads/main", after, commits(strings.Fields(strings.Repeat("x ", 300))...)), commit: after},
		"gitea":            {rule: main, provider: "gitea", header: headers("X-Gitea-Event", "push"), body: push("refs/heads/main", after, ""), commit: after},
		"gitea, cut":       {rule: app, provider: "gitea", header: headers("X-Gitea-Event", "push"), body: push("refs/heads/main", after, `,"total_commits":7`+commits("doc/x")), commit: after},
		"gitea, whole":     {rule: app, provider: "gitea", header: headers("X-Gitea-Event", "push"), body: push("refs/heads/main", after, `,"total_commits":1`+commits("doc/x")), because: "none of the 1"},
		"forgejo":          {rule: main, provider: "forgejo", header: headers("X-Forgejo-Event", "push"), body: push("refs/heads/main", after, ""), commit: after},
		"forgejo, delete":  {rule: main, provider: "forgejo", header: headers("X-Forgejo-Event", "delete"), body: `{"ref":"main","ref_type":"branch"}`, because: `"delete" is no push`},
		"gitlab":           {rule: main, provider: "gitlab", header: headers("X-Gitlab-Event", "Push Hook"), body: push("refs/heads/main", after, `,"object_kind":"push"`), commit: after},
		"gitlab, system":   {rule: main, provider: "gitlab", header: headers("X-Gitlab-Event", "System Hook"), body: push("refs/heads/main", after, `,"event_name":"push"`), commit: after},
		"gitlab, user":     {rule: main, provider: "gitlab", header: headers("X-Gitlab-Event", "System Hook"), body: `{"event_name":"user_create"}`, because: `user_create" is no push`},
		"gitlab, tag":      {rule: main, provider: "gitlab", header: headers("X-Gitlab-Event", "Tag Push Hook"), body: push("refs/tags/v1", after, `,"object_kind":"tag_push"`), because: "the tag"},
		"gitlab, deleted":  {rule: main, provider: "gitlab", header: headers("X-Gitlab-Event", "Push Hook"), body: push("refs/heads/main", zero, `,"object_kind":"push","checkout_sha":null`), because: "was deleted"},
		"gitlab, cut":      {rule: app, provider: "gitlab", header: headers("X-Gitlab-Event", "Push Hook"), body: push("refs/heads/main", after, `,"object_kind":"push","total_commits_count":21`+commits("doc/x")), commit: after},
		"gitlab, merge":    {rule: main, provider: "gitlab", header: headers("X-Gitlab-Event", "Merge Request Hook"), body: `{"object_kind":"merge_request"}`, because: "is no push"},
		"cloud":            {rule: app, provider: "bitbucket", header: headers("X-Event-Key", "repo:push"), body: `{"push":{"changes":[{"new":{"type":"branch","name":"main","target":{"hash":"` + after + `"}},"old":null,"created":true}]}}`, commit: after},
		"cloud, deleted":   {rule: main, provider: "bitbucket", header: headers("X-Event-Key", "repo:push"), body: `{"push":{"changes":[{"new":null,"old":{"type":"branch","name":"main"},"closed":true}]}}`, because: "was deleted"},
		"cloud, tag":       {rule: main, provider: "bitbucket", header: headers("X-Event-Key", "repo:push"), body: `{"push":{"changes":[{"new":{"type":"tag","name":"main"}}]}}`, because: "the tag"},
		"cloud, several":   {rule: main, provider: "bitbucket", header: headers("X-Event-Key", "repo:push"), body: `{"push":{"changes":[{"new":{"type":"branch","name":"next"}},{},{"new":{"type":"branch","name":"main","target":{"hash":"` + after + `"}}}]}}`, commit: after},
		"cloud, nothing":   {rule: main, provider: "bitbucket", header: headers("X-Event-Key", "repo:push"), body: `{"push":{"changes":[]}}`, because: "no push"},
		"center":           {rule: main, provider: "bitbucket", header: headers("X-Event-Key", "repo:refs_changed"), body: `{"changes":[{"refId":"refs/heads/main","toHash":"` + after + `","type":"UPDATE"}]}`, commit: after},
		"center, deleted":  {rule: main, provider: "bitbucket", header: headers("X-Event-Key", "repo:refs_changed"), body: `{"changes":[{"refId":"refs/heads/main","toHash":"` + zero + `","type":"DELETE"}]}`, because: "was deleted"},
		"center, ping":     {rule: main, provider: "bitbucket", header: headers("X-Event-Key", "diagnostics:ping"), body: `{"test":true}`, because: "only tries"},
		"generic":          {rule: main, provider: "generic", header: headers(), body: `{"ref":"refs/heads/main","after":"` + after + `"}`, commit: after},
		"generic, nothing": {rule: main, provider: "generic", header: headers(), body: ``},
		"generic, empty":   {rule: app, provider: "generic", header: headers(), body: `{}`},
		"generic, ping":    {rule: main, provider: "generic", header: headers(), body: `{"type":"ping"}`, because: "only tries"},
		"generic, other":   {rule: main, provider: "generic", header: headers(), body: `{"type":"invoice.paid"}`, because: "no push"},
		"generic, files":   {rule: app, provider: "generic", header: headers(), body: `{"files":["README"]}`, because: "none of the 1"},
		"generic, none":    {rule: app, provider: "generic", header: headers(), body: `{"files":[]}`, because: "none of the 0"},
	} {
		test.rule.Provider = test.provider
		e, err := test.provider.Read(test.header, []byte(test.body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		d := test.rule.Decide(e)
		if d.Start != (test.because == "") || !strings.Contains(d.Because, test.because) || d.Push.Commit != test.commit {
			t.Errorf("%s: start %v, commit %q, because %q", name, d.Start, d.Push.Commit, d.Because)
		}
	}
}

func TestNoEvent(t *testing.T) {
	for name, body := range map[string]string{
		"truncated": `{"ref":"refs/heads/ma`, "a list": `[1]`, "another type": `{"ref":7}`, "nothing": ``, "no text": "\xff\xfe",
	} {
		for provider, h := range map[webhook.Provider]http.Header{
			"github": headers("X-GitHub-Event", "push"), "gitlab": headers("X-Gitlab-Event", "Push Hook"), "gitea": headers("X-Gitea-Event", "push"),
		} {
			if _, err := provider.Read(h, []byte(body)); err == nil || body != "" && strings.Contains(err.Error(), body) {
				t.Errorf("%s from %s: %v", name, provider, err)
			}
		}
	}
}

func TestMatchPath(t *testing.T) {
	for _, test := range []struct {
		pattern, file string
		matches       bool
	}{
		{"app/**", "app/a", true},
		{"app/**", "app/a/b/c", true},
		{"app/**", "app", false},
		{"app/**", "application/a", false},
		{"app/", "app/a/b", true},
		{"app", "app", true},
		{"app", "app/a", false},
		{"*.py", "a.py", true},
		{"*.py", "a/b.py", false},
		{"**/*.py", "b.py", true},
		{"**/*.py", "x/y/b.py", true},
		{"**", "anything/at/all", true},
		{"a/**/b", "a/b", true},
		{"a/**/b", "a/x/y/b", true},
		{"a/**/b", "a/x/y/c", false},
		{"**/a/**/b", "x/a/y/a/z/b", true},
		{"**/a/b/**", "a/x/a/b/c", true},
		{"a?c/[x-z]", "abc/y", true},
		{"a?c/[x-z]", "abc/w", false},
		{"[", "x", false},
	} {
		if webhook.MatchPath(test.pattern, test.file) != test.matches {
			t.Errorf("%s, %s: %v", test.pattern, test.file, !test.matches)
		}
	}
	// What is written to cost much does not.
	webhook.MatchPath(strings.Repeat("**/a/", 50)+"b", strings.Repeat("a/", 5000)+"c")
}

func TestDeliveries(t *testing.T) {
	var all webhook.Deliveries
	of := func(r webhook.Rule, id, body string) webhook.Delivery {
		return r.NewDelivery(webhook.Seal{}, webhook.Event{Delivery: id}, []byte(body))
	}
	github, generic := webhook.Rule{Provider: webhook.GitHub}, webhook.Rule{Provider: webhook.Generic}
	first := of(github, "1", "a")
	first.Run = 7
	all = all.With(first)
	for name, test := range map[string]struct {
		d     webhook.Delivery
		known bool
	}{
		"same":                     {of(github, "1", "a"), true},
		"same under another id":    {of(github, "2", "a"), true},
		"another":                  {of(github, "2", "b"), false},
		"no id, same body":         {of(github, "", "a"), true},
		"who may repeat itself":    {of(generic, "2", "a"), false},
		"neither id nor body tell": {of(generic, "", "a"), false},
	} {
		if run, known := all.Known(test.d); known != test.known || known && run != 7 {
			t.Errorf("%s: run %d, %v", name, run, known)
		}
	}
	signed := generic.NewDelivery(webhook.Seal{SignedID: "msg_1"}, webhook.Event{Delivery: "other"}, nil)
	if signed.ID != "msg_1" {
		t.Errorf("the id that is not signed counts: %+v", signed)
	}
	kept := all
	for i := range 300 {
		all = all.With(of(github, fmt.Sprint("x", i), fmt.Sprint("x", i)))
	}
	if _, known := all.Known(first); known || len(all) != 256 || len(kept) != 1 {
		t.Errorf("%d deliveries are remembered, the oldest known: %v", len(all), known)
	}
	if _, known := all.Known(of(github, "x299", "")); !known {
		t.Error("the newest is forgotten")
	}
}

func TestToken(t *testing.T) {
	rule := webhook.Rule{Provider: webhook.GitHub}
	key, other := keyOf(t, rule, secret), keyOf(t, rule, secret+"2")
	token := key.Token("pipeline.deploy", 18)
	if len(token) != 32 || !key.Admits(token, "pipeline.deploy", 18) {
		t.Errorf("token %q is not admitted", token)
	}
	if key.Admits(token, "pipeline.deploy", 19) || key.Admits(token, "pipeline.other", 18) || other.Admits(token, "pipeline.deploy", 18) || key.Admits("", "pipeline.deploy", 18) {
		t.Error("a token admits to what it is not for")
	}
}

func TestBucket(t *testing.T) {
	var b webhook.Bucket
	for i := range 3 {
		if wait := b.Take(now, 3, time.Minute); wait != 0 {
			t.Fatalf("%d: wait %v", i, wait)
		}
	}
	if wait := b.Take(now, 3, time.Minute); wait != time.Minute {
		t.Errorf("wait %v", wait)
	}
	if wait := b.Take(now.Add(30*time.Second), 3, time.Minute); wait != 30*time.Second {
		t.Errorf("wait %v", wait)
	}
	if wait := b.Take(now.Add(time.Minute), 3, time.Minute); wait != 0 {
		t.Errorf("wait %v", wait)
	}
	for range 3 {
		if wait := b.Take(now.Add(time.Hour), 3, time.Minute); wait != 0 {
			t.Errorf("it is not full again: wait %v", wait)
		}
	}
}

// What unitctl sends in order to try a hook is what the hook takes.
func TestSample(t *testing.T) {
	for _, provider := range []webhook.Provider{webhook.GitHub, webhook.GitLab, webhook.Gitea, webhook.Forgejo, webhook.Bitbucket, webhook.Generic} {
		for _, content := range []string{secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"} {
			for _, signed := range []bool{false, provider == webhook.Generic} {
				rule := webhook.Rule{Provider: provider, Branch: "live", Window: time.Minute, Signed: signed}
				key := keyOf(t, rule, content)
				for _, ping := range []bool{false, true} {
					s := rule.Sample(key, ping, "id-1", now)
					h := http.Header{}
					for name, value := range s.Header {
						h.Set(name, value)
					}
					seal, err := rule.Seal(key, h, now)
					if err != nil || !seal.Holds(s.Body) {
						t.Errorf("%s: %v", provider, err)
						continue
					}
					e, err := provider.Read(h, s.Body)
					if d := rule.Decide(e); err != nil || d.Start == ping || e.Delivery != "id-1" {
						t.Errorf("%s, ping %v: %+v, %v: %+v", provider, ping, e, err, d)
					}
				}
			}
		}
		if s := (webhook.Rule{Provider: provider}).Settings(); s.Where == "" || s.Events == "" {
			t.Errorf("%s: %+v", provider, s)
		}
	}
}

package webhook

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	policy "unitd/policy/webhook"
)

func TestPush(t *testing.T) {
	s := newStage(t)
	sample := s.sample()
	sample.Header["X-Forwarded-Host"], sample.Header["X-Forwarded-Proto"] = "shop.example", "https"
	first := s.post(sample)
	if first.status != http.StatusAccepted || first.body.Run != 1 || first.header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", first.status, first.text)
	}
	if !strings.HasPrefix(first.body.StatusURL, "https://shop.example/hooks/deploy/runs/1?token=") {
		t.Errorf("status_url %s", first.body.StatusURL)
	}
	if from := s.pipelines.from[0]; from != "github push 2222222 by unitctl" {
		t.Errorf("from %q", from)
	}
	// The same again, also under another id, which the signature does not cover.
	for range 2 {
		again := s.post(sample)
		if again.status != http.StatusOK || again.body.Run != 1 || !again.body.Duplicate || again.body.StatusURL != first.body.StatusURL {
			t.Errorf("%d %s", again.status, again.text)
		}
		sample.Header["X-GitHub-Delivery"] = "another"
	}
	// Another manager knows it still.
	s.config.Deliveries = s.kept
	s.open(listen(t))
	if again := s.post(sample); again.status != http.StatusOK || again.body.Run != 1 || !again.body.Duplicate {
		t.Errorf("after a restart: %d %s", again.status, again.text)
	}
	if second := s.post(s.sample()); second.status != http.StatusAccepted || second.body.Run != 2 {
		t.Errorf("another push within a second: %d %s", second.status, second.text)
	}
	if asked := s.pipelines.asked(); asked != 2 {
		t.Errorf("%d runs", asked)
	}
}

func TestOneDeliveryManyTimesAtOnce(t *testing.T) {
	s := newStage(t)
	sample := s.sample()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if r := s.post(sample); r.body.Run != 1 || r.status != http.StatusAccepted && r.status != http.StatusOK {
				t.Errorf("%d %s", r.status, r.text)
			}
		})
	}
	all.Wait()
	if asked := s.pipelines.asked(); asked != 1 {
		t.Errorf("%d runs", asked)
	}
}

// Whoever has no secret learns nothing: neither whether a path is that of a hook, nor what is wrong.
func TestForged(t *testing.T) {
	s := newStage(t)
	nothing := s.ask(http.MethodPost, strings.Replace(s.url, "deploy", "other", 1), s.sample())
	if nothing.status != http.StatusNotFound {
		t.Fatalf("%d %s", nothing.status, nothing.text)
	}
	without := func(name string) policy.Sample {
		sample := s.sample()
		delete(sample.Header, name)
		return sample
	}
	with := func(name, value string) policy.Sample {
		sample := s.sample()
		sample.Header[name] = value
		return sample
	}
	body := s.sample()
	body.Body = append(body.Body, ' ')
	run := s.url + "/runs/1"
	if accepted := s.post(s.sample()); accepted.status != http.StatusAccepted {
		t.Fatalf("%d %s", accepted.status, accepted.text)
	}
	for name, r := range map[string]reply{
		"unsigned":         s.post(without("X-Hub-Signature-256")),
		"signed otherwise": s.post(with("X-Hub-Signature-256", "sha256="+strings.Repeat("0", 64))),
		"no signature":     s.post(with("X-Hub-Signature-256", "sha1=x")),
		"another body":     s.post(body),
		"GET":              s.ask(http.MethodGet, s.url, policy.Sample{}),
		"PUT":              s.ask(http.MethodPut, s.url, s.sample()),
		"no token":         s.ask(http.MethodGet, run, policy.Sample{}),
		"another token":    s.ask(http.MethodGet, run+"?token="+strings.Repeat("0", 32), policy.Sample{}),
		"no run":           s.ask(http.MethodGet, s.url+"/runs/x", policy.Sample{}),
		"path within":      s.ask(http.MethodGet, s.url+"/other", policy.Sample{}),
		"slash":            s.ask(http.MethodPost, s.url+"/", s.sample()),
	} {
		same := maps.Clone(nothing.header)
		same.Set("Date", r.header.Get("Date"))
		if r.status != nothing.status || r.text != nothing.text || !maps.EqualFunc(r.header, same, func(a, b []string) bool { return strings.Join(a, "|") == strings.Join(b, "|") }) {
			t.Errorf("%s is told from others: %d %s %v", name, r.status, r.text, r.header)
		}
	}
	for name, mode := range map[string]func() error{
		"missing": func() error { return os.Remove(s.hook.SecretFile) },
		"short":   func() error { return os.WriteFile(s.hook.SecretFile, []byte("short"), 0o600) },
	} {
		if err := mode(); err != nil {
			t.Fatal(err)
		}
		if r := s.post(s.sample()); r.status != nothing.status || r.text != nothing.text {
			t.Errorf("%s secret: %d %s", name, r.status, r.text)
		}
	}
	if asked := s.pipelines.asked(); asked != 1 {
		t.Errorf("%d runs", asked)
	}
	logged := s.log.String()
	if n := strings.Count(logged, "refuse webhook"); n == 0 || n > 3 {
		t.Errorf("%d lines about what was refused: %s", n, logged)
	}
	if strings.Contains(logged, secret) {
		t.Error("the secret is in the log")
	}
}

// A secret that has been replaced counts from then on.
func TestSecretIsReplaced(t *testing.T) {
	s := newStage(t)
	sample := s.sample()
	if err := os.WriteFile(s.hook.SecretFile, []byte("another secret, 16 bytes at least"), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := s.post(sample); r.status != http.StatusNotFound {
		t.Errorf("the secret before: %d %s", r.status, r.text)
	}
	if err := os.WriteFile(s.hook.SecretFile, []byte(secret), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := s.post(sample); r.status != http.StatusAccepted {
		t.Errorf("%d %s", r.status, r.text)
	}
}

func TestIgnored(t *testing.T) {
	s := newStage(t)
	key, err := s.hook.Rule.NewKey([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	other := s.hook.Rule
	other.Branch = "next"
	for name, sample := range map[string]policy.Sample{"ping": other.Sample(key, true, "1", now()), "branch": other.Sample(key, false, "2", now())} {
		if r := s.post(sample); r.status != http.StatusOK || r.body.Ignored == "" || r.body.Run != 0 {
			t.Errorf("%s: %d %s", name, r.status, r.text)
		}
	}
	bad := s.sample()
	bad.Body = []byte(`{"ref":"refs/heads/ma`)
	bad.Header["X-Hub-Signature-256"] = signature(t, s, bad.Body)
	if r := s.post(bad); r.status != http.StatusBadRequest {
		t.Errorf("truncated before it was signed: %d %s", r.status, r.text)
	}
	if asked := s.pipelines.asked(); asked != 0 {
		t.Errorf("%d runs", asked)
	}
}

func TestNoRun(t *testing.T) {
	s := newStage(t)
	s.pipelines.err = errors.New("the manager is stopping")
	sample := s.sample()
	if r := s.post(sample); r.status != http.StatusServiceUnavailable || r.header.Get("Retry-After") == "" || strings.Contains(r.text, "stopping") {
		t.Errorf("%d %s", r.status, r.text)
	}
	s.pipelines.err = nil
	if r := s.post(sample); r.status != http.StatusAccepted {
		t.Errorf("it counts as delivered: %d %s", r.status, r.text)
	}
}

func TestStatus(t *testing.T) {
	s := newStage(t)
	s.pipelines.runs = map[int]Run{1: {ID: 1, State: "running", Commit: "3f9c1e2", Steps: []Step{{"fetch", "ok"}, {"test", ""}}}}
	accepted := s.post(s.sample())
	at, err := url.Parse(accepted.body.StatusURL)
	if err != nil {
		t.Fatal(err)
	}
	shown := s.ask(http.MethodGet, at.String(), policy.Sample{})
	const want = `{"run":1,"state":"running","commit":"3f9c1e2","steps":[{"name":"fetch","result":"ok"},{"name":"test"}]}` + "\n"
	if shown.status != http.StatusOK || shown.text != want {
		t.Errorf("%d %s", shown.status, shown.text)
	}
	at.Path = strings.Replace(at.Path, "/1", "/2", 1)
	if r := s.ask(http.MethodGet, at.String(), policy.Sample{}); r.status != http.StatusNotFound {
		t.Errorf("the token of one run shows another: %d %s", r.status, r.text)
	}
	s.pipelines.runs = nil
	if r := s.ask(http.MethodGet, accepted.body.StatusURL, policy.Sample{}); r.status != http.StatusGone {
		t.Errorf("%d %s", r.status, r.text)
	}
}

// Too many are told when to come again. Those who have no secret use up nothing of what others have.
func TestRate(t *testing.T) {
	s := newStage(t)
	var last reply
	for range 2 * refusedAtOnce {
		if last = s.ask(http.MethodPost, s.url, policy.Sample{}); last.status == http.StatusTooManyRequests {
			break
		}
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") != "1" {
		t.Errorf("%d %v", last.status, last.header)
	}
	if r := s.post(s.sample()); r.status != http.StatusAccepted {
		t.Errorf("a good one among forged ones: %d %s", r.status, r.text)
	}
	sample := s.sample()
	for range 2 * hooksAtOnce {
		if last = s.post(sample); last.status == http.StatusTooManyRequests {
			break
		}
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") != "1" {
		t.Errorf("%d %v", last.status, last.header)
	}
}

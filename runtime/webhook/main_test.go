package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"unitd/internal/testlog"
	policy "unitd/policy/webhook"
)

const secret = "correct horse battery staple"

// pipelines stand in for the manager.
type pipelines struct {
	mu   sync.Mutex
	from []string // who has asked, by run
	err  error
	runs map[int]Run
}

func (p *pipelines) Deploy(_ context.Context, _, from string) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return 0, p.err
	}
	p.from = append(p.from, from)
	return len(p.from), nil
}

func (p *pipelines) Run(_ context.Context, _ string, run int) (Run, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r, ok := p.runs[run]
	return r, ok, nil
}

func (p *pipelines) asked() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.from)
}

// stage is a server with one hook, at an address of its own.
type stage struct {
	t         *testing.T
	pipelines *pipelines
	config    Config
	server    *Server
	door      *Door
	hook      Hook
	url       string
	log       *testlog.Log

	mu       sync.Mutex
	kept     map[string]policy.Deliveries
	sequence int
}

func newStage(t *testing.T) *stage {
	s := &stage{t: t, pipelines: &pipelines{}, kept: map[string]policy.Deliveries{}, log: &testlog.Log{}}
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(secret+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.hook = Hook{Pipeline: "pipeline.deploy", Path: "/hooks/deploy", SecretFile: file, Rule: policy.Rule{Provider: policy.GitHub, Branch: "main", Window: time.Minute}}
	s.config = Config{
		Pipelines: s.pipelines, ReadSecret: os.ReadFile, Log: slog.New(slog.NewTextHandler(s.log, nil)),
		Remember: func(pipeline string, all policy.Deliveries) error {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.kept[pipeline] = all
			return nil
		},
	}
	s.open(listen(t))
	return s
}

func listen(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func (s *stage) open(l net.Listener) {
	s.server = New(s.config)
	s.door = s.server.Open(l, []Hook{s.hook})
	s.url = "http://" + l.Addr().String() + s.hook.Path
	server := s.server
	s.t.Cleanup(func() {
		if err := server.Shutdown(); err != nil && !errors.Is(err, net.ErrClosed) {
			s.t.Error(err)
		}
	})
}

// sample is a signed push that was not sent before.
func (s *stage) sample() policy.Sample {
	key, err := s.hook.Rule.NewKey([]byte(secret))
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sequence++
	return s.hook.Rule.Sample(key, false, "delivery-"+string(rune('a'+s.sequence%26))+strings.Repeat("x", s.sequence/26), time.Now())
}

type reply struct {
	status int
	header http.Header
	text   string
	body   struct {
		Run       int    `json:"run"`
		StatusURL string `json:"status_url"`
		Ignored   string `json:"ignored"`
		Duplicate bool   `json:"duplicate"`
		Error     string `json:"error"`
	}
}

func (s *stage) ask(method, url string, sample policy.Sample) reply {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, url, bytes.NewReader(sample.Body))
	if err != nil {
		s.t.Fatal(err)
	}
	for name, value := range sample.Header {
		request.Header.Set(name, value)
	}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	r := reply{status: response.StatusCode, header: response.Header, text: string(text)}
	if err := json.Unmarshal(text, &r.body); err != nil {
		s.t.Fatalf("%q: %v", text, err)
	}
	return r
}

func (s *stage) post(sample policy.Sample) reply {
	s.t.Helper()
	return s.ask(http.MethodPost, s.url, sample)
}

package webhook

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"unitd/internal/paced"
	policy "unitd/policy/webhook"
)

// Config is what a Server works with. All fields are needed.
type Config struct {
	Pipelines Pipelines
	// ReadSecret reads a secret file, after checking owner and mode of what it opened. It is asked at each request, so that a
	// secret can be replaced without an apply. Its error does not name the file.
	ReadSecret func(path string) ([]byte, error)
	// Deliveries are what pipelines were delivered before, by pipeline. Remember takes what one has been delivered, and
	// returns when that outlives the manager.
	Deliveries map[string]policy.Deliveries
	Remember   func(pipeline string, all policy.Deliveries) error
	// Log gets a line for each run that begins and, one a second at most, for requests that are refused.
	Log *slog.Logger
}

// Pipelines are who runs what hooks ask for.
type Pipelines interface {
	// Deploy asks for a run of a pipeline, and says which it will be. From says for people who has asked. An error says why
	// there will be none; it reaches the log only.
	Deploy(ctx context.Context, pipeline, from string) (run int, err error)
	// Run is what is known of a run; not ok: nothing is, any more.
	Run(ctx context.Context, pipeline string, run int) (r Run, ok bool, err error)
}

// Hook is the webhook of one pipeline.
type Hook struct {
	Pipeline   string
	Path       string
	SecretFile string
	Rule       policy.Rule
}

// Server serves any number of addresses, each with any number of hooks.
type Server struct {
	Config
	refusals paced.Log
	large    chan struct{} // one for each body that is larger than usual

	mu        sync.Mutex
	doors     []*Door
	pipelines map[string]*memory
}

// memory is what goes on beyond the requests of one pipeline. Its lock is held from when a delivery is looked up until it is
// remembered, so that one that comes twice at once is known the second time.
type memory struct {
	mu         sync.Mutex
	deliveries policy.Deliveries
	bucket     policy.Bucket
}

// New makes a server; it does nothing before Open.
func New(config Config) *Server {
	s := &Server{Config: config, large: make(chan struct{}, maxLarge), pipelines: map[string]*memory{}}
	for pipeline, all := range config.Deliveries {
		s.pipelines[pipeline] = &memory{deliveries: all}
	}
	return s
}

func (s *Server) memory(pipeline string) *memory {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.pipelines[pipeline]
	if m == nil {
		m = &memory{}
		s.pipelines[pipeline] = m
	}
	return m
}

// Door is one address at which hooks are served.
type Door struct {
	server *Server
	http   *http.Server
	seats  *seats
	ended  chan struct{}

	mu     sync.Mutex
	hooks  []Hook
	bucket policy.Bucket // of requests that are refused
}

// Open serves hooks at a listener, beside the caller, until Close, Move or Shutdown. The listener is closed then.
func (s *Server) Open(l net.Listener, hooks []Hook) *Door {
	d := &Door{server: s, seats: newSeats(l), hooks: hooks, ended: make(chan struct{})}
	d.http = &http.Server{
		Handler:           d,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnContext:       withSeat,
		ConnState:         d.seats.served.Observe,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
	// A request that comes as its connection is closed, since nothing came through it for a while or because the manager moves,
	// is lost, and no provider sends it again. Hooks are rare: each has a connection of its own.
	d.http.SetKeepAlivesEnabled(false)
	s.mu.Lock()
	s.doors = append(s.doors, d)
	s.mu.Unlock()
	go func() {
		defer close(d.ended)
		if err := d.http.Serve(d.seats); err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			s.Log.Error("serve webhooks", "address", l.Addr().String(), "error", err)
		}
	}()
	return d
}

// Serve serves other hooks from now on. Requests under way go on as they began.
func (d *Door) Serve(hooks []Hook) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.hooks = hooks
}

// find is the hook of a path.
func (d *Door) find(path string) (Hook, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if i := slices.IndexFunc(d.hooks, func(h Hook) bool { return h.Path == path }); i >= 0 {
		return d.hooks[i], true
	}
	return Hook{}, false
}

// Close answers who is being answered and closes the listener; after a moment, whatever is still open is cut.
func (d *Door) Close() error {
	s := d.server
	s.mu.Lock()
	s.doors = slices.DeleteFunc(s.doors, func(other *Door) bool { return other == d })
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), closeTime)
	defer cancel()
	err := d.http.Shutdown(ctx)
	if err != nil {
		err = d.http.Close()
	}
	<-d.ended
	return err
}

// Move accepts nobody any more, for the sake of another program that serves the same sockets at once, and returns when all
// are answered that were accepted, or ctx ends. Nothing is cut.
func (s *Server) Move(ctx context.Context) error {
	var failures []error
	for _, d := range s.all() {
		_ = d.seats.Close() // where it was closed before nobody waits there
	}
	for _, d := range s.all() {
		failures = append(failures, d.seats.served.Wait(ctx))
	}
	return errors.Join(failures...)
}

// Shutdown closes all doors.
func (s *Server) Shutdown() error {
	var failures []error
	for _, d := range s.all() {
		failures = append(failures, d.Close())
	}
	return errors.Join(failures...)
}

func (s *Server) all() []*Door {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.doors)
}

// Forget drops what is remembered of pipelines that are no more.
func (s *Server) Forget(isThere func(pipeline string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for pipeline := range s.pipelines {
		if !isThere(pipeline) {
			delete(s.pipelines, pipeline)
		}
	}
}

// What a sender may cost. Web servers of the account come through few connections; neighbours on the host may come as well.
const (
	// maxConnections at a time for each address, more wait in the kernel's queue; who has shown that he has the secret is
	// never sent away for others.
	maxConnections = 16
	maxHeader      = 16 << 10
	// maxBody is more than a push of a thousand commits takes with any provider. Bodies beyond usualBody are read so many at a
	// time.
	maxBody   = 4 << 20
	usualBody = 64 << 10
	maxLarge  = 2

	headerTimeout = 5 * time.Second
	readTimeout   = 15 * time.Second
	writeTimeout  = 45 * time.Second
	closeTime     = 2 * time.Second
	deployTime    = 10 * time.Second // for the manager to take a request; the run itself takes its time

	// Of each hook hooksAtOnce that carry a good seal, and one a second after that. Refused requests have a measure of their own,
	// so that nobody without the secret can use it up.
	hooksAtOnce     = 60
	hookInterval    = time.Second
	refusedAtOnce   = 60
	refusedInterval = time.Second
)

package proxy

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"slices"
	"sync"
	"time"

	"unitd/internal/httpidle"
	"unitd/internal/paced"
)

// Bounds on what a client may take. What streams is bounded in the time without a byte, not in size.
const (
	headTime      = 10 * time.Second // for a request's head to arrive
	keepAliveTime = 75 * time.Second // for the next request to begin
	clientTime    = 60 * time.Second // without a byte of a body, or without taking one of the answer
	maxHeadBytes  = 64 << 10
	copyBytes     = 32 << 10
)

// Config is what a Proxy works with.
type Config struct {
	// Patience is how long a request waits for a worker that can be reached while Steer says that there is one.
	Patience time.Duration
	Seats    *Seats // shared by all proxies of a process
	Logger   *slog.Logger
}

// Proxy serves the listeners of one pool. Its methods may be called from several goroutines.
type Proxy struct {
	config   Config
	server   *http.Server
	reverse  httputil.ReverseProxy
	buffers  bufferPool
	failures paced.Log // a worker that dies under load fails many
	served   httpidle.Watch

	mu      sync.Mutex
	open    []net.Listener
	steered []*Worker
	next    int           // where the search for the least busy of them begins
	changed chan struct{} // closed when steered, stead or refuses has changed
	stead   http.Handler  // answers in the stead of workers; nil: they do
	refuses bool          // new requests get nobody
}

// New makes a proxy without workers or listeners.
func New(config Config) *Proxy {
	p := &Proxy{config: config, changed: make(chan struct{})}
	quiet := slog.NewLogLogger(config.Logger.Handler(), slog.LevelDebug)
	p.reverse = httputil.ReverseProxy{
		Rewrite: forward, Transport: p, BufferPool: &p.buffers, ErrorHandler: p.failed, ErrorLog: quiet,
		ModifyResponse: p.makeRoom,
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	p.server = &http.Server{
		Handler: p, ReadHeaderTimeout: headTime, IdleTimeout: keepAliveTime, MaxHeaderBytes: maxHeadBytes,
		DisableGeneralOptionsHandler: true, Protocols: protocols, ErrorLog: quiet, ConnState: p.observe,
		ConnContext: remember,
	}
	return p
}

// Serve accepts connections from l until l is closed, which is no error, or Close is called. It closes l.
func (p *Proxy) Serve(l net.Listener) error {
	seated := p.config.Seats.listener(l)
	p.mu.Lock()
	p.open = append(p.open, seated)
	p.mu.Unlock()
	err := p.server.Serve(seated)
	p.mu.Lock()
	p.open = slices.DeleteFunc(p.open, func(other net.Listener) bool { return other == seated })
	p.mu.Unlock()
	if errors.Is(err, http.ErrServerClosed) || errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// Close ends all that clients have here: at once what waits for a worker or is idle, and what is being answered when
// ctx ends.
func (p *Proxy) Close(ctx context.Context) error {
	p.mu.Lock()
	p.refuses = true
	p.tell()
	p.mu.Unlock()
	err := p.server.Shutdown(ctx)
	if err != nil {
		err = p.server.Close()
	}
	return err
}

// Finish takes no new clients, and returns when all requests under way are answered; it cuts them when ctx ends.
func (p *Proxy) Finish(ctx context.Context) error {
	p.mu.Lock()
	open := slices.Clone(p.open)
	p.mu.Unlock()
	for _, l := range open {
		_ = l.Close() // it was closed before, then
	}
	p.server.SetKeepAlivesEnabled(false)
	err := p.served.Wait(ctx)
	return errors.Join(err, p.server.Close())
}

// observe follows a client through the states of the server.
func (p *Proxy) observe(conn net.Conn, state http.ConnState) {
	p.served.Observe(conn, state)
	observe(conn, state)
}

// ServeHTTP passes one request on.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		http.Error(w, "CONNECT is for forward proxies", http.StatusMethodNotAllowed)
		return
	}
	w.Header()["Content-Type"] = nil // an answer that names none gets none
	if r.ContentLength == 0 {
		p.reverse.ServeHTTP(w, r)
		return
	}
	u := newUpload(r, w, &p.buffers)
	r = r.WithContext(r.Context()) // the server's own keeps its body
	r.Body = u
	p.reverse.ServeHTTP(w, r)
	u.finish()
}

// makeRoom lets a client go after this answer when others wait for its seat, or when there is nothing more to get.
func (p *Proxy) makeRoom(answer *http.Response) error {
	if answer.StatusCode != http.StatusSwitchingProtocols && (p.config.Seats.wanted() || p.isRefusing()) {
		answer.Header.Set("Connection", "close")
	}
	return nil
}

// bufferPool lends the buffers that bodies are copied through.
type bufferPool struct{ pool sync.Pool }

// Get lends a buffer of copyBytes.
func (b *bufferPool) Get() []byte {
	if buffer, ok := b.pool.Get().(*[copyBytes]byte); ok {
		return buffer[:]
	}
	return new([copyBytes]byte)[:]
}

// Put takes a buffer back.
func (b *bufferPool) Put(buffer []byte) { b.pool.Put((*[copyBytes]byte)(buffer)) }

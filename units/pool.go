package units

import (
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
)

// Pool is N workers of one app.
type Pool struct {
	// AppID is the template's id, App its process attributes; the template's health checks and restart
	// rules apply to each worker. App.Listen is empty: a pool listens itself.
	AppID       ID
	App         *Process
	Workers     int
	MinReady    int
	Proxy       bool // dispatch "proxy"
	Sockets     bool // with Proxy: workers listen on Unix sockets, since the app names worker.socket
	Listen      []Listen
	HangTimeout time.Duration // 0: a worker has no socket of its own, so it cannot be seen to hang
	Recycle     *Recycle
	Surge       int
	Drain       time.Duration // reload.drain_timeout
	Unavailable *Unavailable  // nil: it listens nowhere
}

// Bounds of a pool: workers as such, and where each has a listening socket of its own also the sockets, of which
// replacements need some (runtime/socket: MaxSlots).
const (
	maxWorkers = 1000
	MaxSlots   = 128
)

// MaxWorkers is the most workers that the pool may have.
func (p *Pool) MaxWorkers() int {
	if slices.ContainsFunc(p.Listen, func(l Listen) bool { return l.PerWorker }) {
		return MaxSlots - p.Surge
	}
	return maxWorkers
}

// Recycle says when a well worker is replaced.
type Recycle struct {
	MaxRequests int
	MaxAge      time.Duration
	MaxMemory   int64
	Jitter      float64
}

// Unavailable is what the manager itself answers when no worker is ready.
type Unavailable struct {
	After      time.Duration
	Status     int
	Page       string
	RetryAfter time.Duration
}

// pool reads a pool; its App is filled in when the app has been read.
func (b *body) pool(cpus int) *Pool {
	p := &Pool{}
	b.require("app", "Write app = app.NAME: the program that the workers run.")
	p.AppID, _ = b.unitRef("app", KindApp)
	p.Workers = b.number("workers", min(2*cpus+1, 4), 1, maxWorkers)
	p.MinReady = b.number("min_ready", 1, 1, maxWorkers)
	if a, ok := b.attr("min_ready"); ok && p.MinReady > p.Workers {
		b.error(a.expr.Range(), "min_ready is larger than workers", "The pool would never be ready.")
	}
	p.Proxy = b.oneOf("dispatch", "inherit", "inherit", "proxy") == "proxy"
	in := sharedByWorkers
	if p.Proxy {
		in = servedByManager
	}
	p.Listen = b.listeners(in, "")
	if a, ok := b.attr("dispatch"); ok && p.Proxy && len(p.Listen) == 0 && len(b.broken) == 0 {
		b.error(a.expr.Range(), "dispatch = \"proxy\" in a pool without listen",
			"Say where requests come in: listen \"http\" with address = \"127.0.0.1:8001\".")
	}
	p.HangTimeout = b.duration("hang_timeout", 30*time.Second, time.Second)
	if !p.Proxy && !slices.ContainsFunc(p.Listen, func(l Listen) bool { return l.PerWorker }) {
		p.HangTimeout = 0
		if a, ok := b.attr("hang_timeout"); ok {
			b.error(a.expr.Range(), "hang_timeout in a pool without sockets per worker",
				"A hung worker is found by its own TCP socket; leave it out, and use a health check.")
		}
	}
	b.one("recycle", func(inner *body) {
		if inner.own != nil {
			p.Recycle = inner.recycle()
		}
	})
	b.one("reload", func(inner *body) {
		p.Surge = inner.number("surge", 1, 1, 100)
		p.Drain = inner.duration("drain_timeout", 30*time.Second, 0)
	})
	if a, ok := b.attr("workers"); ok && p.Workers > p.MaxWorkers() {
		b.error(a.expr.Range(), fmt.Sprintf("more than %d workers with sockets of their own", p.MaxWorkers()),
			"Write per_worker = false into its listen blocks, or take fewer.")
	}
	b.one("unavailable", func(inner *body) {
		u := inner.unavailable()
		switch {
		case len(p.Listen) > 0:
			p.Unavailable = u
		case inner.own != nil:
			b.error(inner.at, "unavailable in a pool without listen", "It has no clients to answer; leave it out.")
		}
	})
	return p
}

func (b *body) recycle() *Recycle {
	r := &Recycle{
		MaxRequests: b.number("max_requests", 0, 1, 1_000_000_000),
		MaxAge:      b.duration("max_age", 0, time.Second),
		MaxMemory:   b.size("max_memory", 0, 1<<20),
		Jitter:      b.float("jitter", 0.1, 0, 1),
	}
	if !b.has("max_requests") && !b.has("max_age") && !b.has("max_memory") {
		b.error(b.at, "recycle without max_requests, max_age or max_memory", "Say when a worker is replaced.")
	}
	return r
}

// checkRecycle warns where nobody would count requests: unitd sees none in a pool whose workers accept themselves.
func (b *body) checkRecycle(pool *Unit, named []string) {
	r := pool.Pool.Recycle
	if r == nil || r.MaxRequests == 0 || pool.Pool.Proxy || slices.Contains(named, "worker.max_requests") {
		return
	}
	at := b.at
	if a, ok := b.attr("command"); ok {
		at = a.expr.Range()
	}
	b.warning(at, "max_requests of "+string(pool.ID)+" reaches no worker",
		`The program has to count its requests, and is not told how many: name worker.max_requests, as in ["uvicorn", "--limit-max-requests", worker.max_requests, …].`)
}

func (b *body) unavailable() *Unavailable {
	u := &Unavailable{
		After:      b.duration("after", 5*time.Second, 0),
		Status:     b.number("status", 503, 400, 599),
		Page:       b.path("page", "", ""),
		RetryAfter: b.duration("retry_after", 30*time.Second, 0),
	}
	if a, ok := b.attr("page"); ok && u.Page != "" {
		b.checkPage(u.Page, a.expr.Range())
	}
	return u
}

// checkPage reports a page that could not be sent as things are now.
func (b *body) checkPage(page string, at hcl.Range) {
	stat, err := b.names.host.Stat(page)
	switch {
	case err != nil:
		b.atStart(at, "page "+page+" "+absence(err), plainPage)
	case !stat.Mode().IsRegular():
		b.atStart(at, "page "+page+" is not a regular file", plainPage)
	case stat.Size() > maxPage:
		b.atStart(at, "page "+page+" is larger than 1 MiB", plainPage)
	}
}

// plainPage is the hint for a page that cannot be sent.
const plainPage = "A few plain words are sent as long as that is so."

// maxPage is the largest page that is sent.
const maxPage = 1 << 20

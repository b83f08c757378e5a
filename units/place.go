package units

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// What stands for worker.port, and for the largest number in worker.socket, when loading.
const (
	samplePort = 49152
	maxSlot    = 9999
)

// SocketPath is where a worker of a pool with dispatch "proxy" listens that takes a Unix socket: in the manager's own
// directory, where no other account can put one. Each slot has a directory there, since that is what a worker sees in
// namespaces of its own.
func SocketPath(runtime string, pool ID, slot int) string {
	name := strings.TrimSuffix(LogName(pool), ".log")
	return path.Join(runtime, "workers", fmt.Sprintf("%s.%d", name, slot), "socket")
}

// checkPlace finds out whether workers listen on ports or on sockets, and whether they can.
func (b *body) checkPlace(p *Process, env []EnvVar, pool *Unit, sample WorkerScope, named []string) {
	at := b.at
	if a, ok := b.attr("command"); ok {
		at = a.expr.Range()
	}
	pool.Pool.Sockets = slices.Contains(named, "worker.socket")
	switch {
	case pool.Pool.Sockets && slices.Contains(named, "worker.port"):
		b.error(at, "worker.port and worker.socket together", "A worker listens in one place: name one of them.")
	case p.Sandbox.PrivateNetwork && !pool.Pool.Sockets:
		b.error(at, "worker.port and private_network together", "unitd could not reach the worker there: use worker.socket.")
	case pool.Pool.Sockets && len(sample.Socket) > maxUnixPath:
		b.error(at, fmt.Sprintf("worker.socket is a path of %d bytes, and the kernel takes %d at most: %s", len(sample.Socket), maxUnixPath, sample.Socket),
			"Start unitd with a shorter --runtime-dir, or use worker.port.")
	}
	for _, v := range env {
		a, ok := b.attr("env")
		if ok && v.Name == "PORT" && !pool.Pool.Sockets && v.Value != strconv.Itoa(sample.Port) {
			b.error(a.expr.Range(), "env.PORT is set by unitd itself", "Each worker of "+string(pool.ID)+" gets a port of its own. Take it out.")
		}
	}
}

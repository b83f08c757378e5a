package ipctest

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"unitd/ipc"
	"unitd/ipc/server"
	"unitd/policy/access"
	"unitd/units"
)

// Options say how a served socket differs from a control socket of this user.
type Options struct {
	Log    io.Writer
	Socket access.Socket
	Owner  int // -1: this user
	UnitOf func(pid int) (id units.ID, control, known bool)
}

// Serve serves manager on a control socket in a new directory until the test ends, and returns the path
// of the socket.
func Serve(t testing.TB, manager ipc.Manager) string {
	t.Helper()
	path, _ := ServeWith(t, manager, Options{Owner: -1})
	return path
}

// ServeWith is Serve with options; it also returns the server.
func ServeWith(t testing.TB, manager ipc.Manager, options Options) (string, *server.Server) {
	t.Helper()
	// A path of t.TempDir may be too long for a socket.
	dir, err := os.MkdirTemp("", "ipc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "control.sock")
	listener, err := server.Listen(path, 0o700, -1)
	if err != nil {
		t.Fatal(err)
	}
	s := server.New(options.config(manager))
	ended := make(chan error, 1)
	if options.Socket.Name != "" {
		s.Open(listener, options.Socket)
		ended <- nil
	} else {
		go func() { ended <- s.Serve(listener) }()
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := s.Shutdown(ctx); err != nil {
			t.Errorf("shut down: %v", err)
		}
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return path, s
}

func (o Options) config(manager ipc.Manager) server.Config {
	config := server.Config{Manager: manager, Owner: o.Owner, UnitOf: o.UnitOf}
	if o.Owner < 0 {
		config.Owner = os.Getuid()
	}
	if o.UnitOf == nil {
		config.UnitOf = func(int) (units.ID, bool, bool) { return "", false, true }
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	config.Log = slog.New(slog.NewTextHandler(o.Log, nil))
	return config
}

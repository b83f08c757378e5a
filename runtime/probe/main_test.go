package probe

import (
	"context"
	"net"
	"os"
	"testing"

	"unitd/internal/testuser"
)

func TestMain(m *testing.M) { os.Exit(testuser.Main(m)) }

// fromSource returns a DialFunc that connects from the given local IP address: from 127.77.0.SLOT, a
// connection reaches the one worker that owns this slot of a pool's sockets.
func fromSource(ip net.IP) DialFunc {
	return (&net.Dialer{LocalAddr: &net.TCPAddr{IP: ip}}).DialContext
}

// toUnix returns a DialFunc that connects to the Unix socket at path, whatever address is asked for.
func toUnix(path string) DialFunc {
	return func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", path)
	}
}

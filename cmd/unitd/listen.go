package main

import (
	"fmt"
	"io/fs"
	"net"

	"github.com/coreos/go-systemd/v22/activation"

	"unitd/internal/dirs"
	"unitd/ipc/server"
)

// listenForControl opens the control socket, or takes the one that the service manager which has started unitd holds
// open for it (LISTEN_FDS, sd_listen_fds(3)), so that clients can wait there while unitd is not up.
func listenForControl(d dirs.Dirs, mode fs.FileMode) (net.Listener, error) {
	given := activation.Files(true)
	switch len(given) {
	case 0:
		return server.Listen(d.ControlSocket(), mode, -1)
	case 1:
		return server.Given(given[0], d.ControlSocket(), mode)
	}
	for _, file := range given {
		_ = file.Close() // nothing was written to it
	}
	return nil, fmt.Errorf("take over the sockets that were given: there are %d, and unitd serves one, its control socket; give the units' own by their listen blocks", len(given))
}

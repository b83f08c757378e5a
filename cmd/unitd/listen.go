package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"

	"github.com/coreos/go-systemd/v22/activation"
	"golang.org/x/sys/unix"

	"unitd/internal/dirs"
	"unitd/ipc/server"
	"unitd/runtime/notify"
	"unitd/runtime/state"
)

// listenForControl opens the control socket, or takes the one that the service manager which has started unitd holds
// open for it (LISTEN_FDS, sd_listen_fds(3)), so that clients can wait there while unitd is not up; or the one that was
// handed over. given says that it is the service manager's.
func listenForControl(d dirs.Dirs, mode fs.FileMode, h *handover) (l net.Listener, given bool, err error) {
	if h != nil {
		l, err = server.Given(os.NewFile(uintptr(h.Control), d.ControlSocket()), d.ControlSocket(), mode)
		if errors.Is(err, fs.ErrNotExist) && !h.Given { // somebody has removed it: nobody could find unitd any more
			l, err = server.Listen(d.ControlSocket(), mode, -1)
			return l, false, err
		}
		if own, ok := l.(*net.UnixListener); ok && !h.Given {
			own.SetUnlinkOnClose(true)
		}
		return l, h.Given, err
	}
	files := activation.Files(true)
	switch len(files) {
	case 0:
		l, err = server.Listen(d.ControlSocket(), mode, -1)
		return l, false, err
	case 1:
		l, err = server.Given(files[0], d.ControlSocket(), mode)
		return l, true, err
	}
	for _, file := range files {
		_ = file.Close() // nothing was written to it
	}
	return nil, false, fmt.Errorf("take over the sockets that were given: there are %d, and unitd serves one, its control socket; give the units' own by their listen blocks", len(files))
}

// listenToUnits opens the notify socket, or goes on with the one that was handed over, or that was kept when the manager before
// this one died: what units have said meanwhile waits in it.
func (p *parts) listenToUnits(d dirs.Dirs) (*notify.Receiver, error) {
	path := d.NotifySocket()
	if h := p.loaded.handover; h != nil {
		return notify.Continue(path, h.Notify, p.executor.Notify, p.executor.Dropped)
	}
	if fd, at := p.executor.Unheard(); fd >= 0 {
		if notify.PlaceOf(path) == at || state.NewSpare(d.State).Restore(path) == nil && notify.PlaceOf(path) == at {
			return notify.Continue(path, fd, p.executor.Notify, p.executor.Dropped)
		}
		_ = unix.Close(fd) // nobody would find it
	}
	return notify.Listen(path, p.executor.Notify, p.executor.Dropped)
}

// keepControl keeps the control sockets open for the next program, and their files in place.
func (p *parts) keepControl() (control *os.File, others []otherControl, err error) {
	own, ok := p.listener.(*net.UnixListener)
	if !ok {
		return nil, nil, fmt.Errorf("hand over the control socket: it is a %T", p.listener)
	}
	own.SetUnlinkOnClose(false)
	others = p.sockets.handOver()
	control, err = own.File()
	return control, others, err
}

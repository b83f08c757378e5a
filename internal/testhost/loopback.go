package testhost

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// oneAddress brings loopback up with 127.0.0.1/32, see netdevice(7). When it goes up the kernel gives it
// 127.0.0.1/8.
func oneAddress() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd) //nolint:errcheck // nothing was written to it
	for _, set := range []struct {
		request uint
		change  func(*unix.Ifreq) error
	}{
		{unix.SIOCSIFFLAGS, func(r *unix.Ifreq) error { r.SetUint16(unix.IFF_UP); return nil }},
		{unix.SIOCSIFNETMASK, func(r *unix.Ifreq) error { return r.SetInet4Addr([]byte{255, 255, 255, 255}) }},
	} {
		request, err := unix.NewIfreq("lo")
		if err != nil {
			return err
		}
		if err := set.change(request); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(fd, set.request, request); err != nil {
			return fmt.Errorf("set up loopback: %w", err)
		}
	}
	return nil
}

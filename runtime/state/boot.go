package state

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// BootID is the kernel's random name for this boot of the host (random(4), boot_id).
func BootID() (string, error) {
	text, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("read boot id: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}

// BootTime is when the host booted, by the wall clock as it is now: CLOCK_BOOTTIME (clock_gettime(2))
// counts from then, suspension included.
func BootTime() (time.Time, error) {
	var up unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_BOOTTIME, &up); err != nil {
		return time.Time{}, fmt.Errorf("read boot time: %w", err)
	}
	return time.Now().Add(-time.Duration(up.Nano())), nil
}

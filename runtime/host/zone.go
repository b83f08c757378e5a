package host

import (
	"errors"
	"time"
	_ "time/tzdata" // for hosts without /usr/share/zoneinfo; what is not looked up is never read into memory
)

// Location is the time zone of a name of the tz database, as the host has it, or as it is built into the program where
// the host has none. "" is the zone of this process: that of $TZ, or of /etc/localtime, when it started.
func (h *Host) Location(name string) (*time.Location, error) {
	switch name {
	case "":
		return time.Local, nil
	case "Local": // a word of Go's
		return nil, errors.New("unknown time zone Local")
	}
	return time.LoadLocation(name)
}

package schedule

import (
	"encoding/json"
	"time"
)

// Reading is what the clock of the host has shown. Other than a time.Time of a state, which counts from the boot of the host
// and goes with it when the clock is set, it stays what it is: people who write a schedule mean what the clock shows.
type Reading struct{ at time.Time }

// Read keeps what the clock shows at an instant.
func Read(at time.Time) Reading { return Reading{at.Round(0)} }

// Time is the instant that it shows.
func (r Reading) Time() time.Time { return r.at }

// IsZero reports that there is none.
func (r Reading) IsZero() bool { return r.at.IsZero() }

// MarshalJSON writes it as RFC 3339 has it.
func (r Reading) MarshalJSON() ([]byte, error) { return json.Marshal(r.at) }

// UnmarshalJSON reads it.
func (r *Reading) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &r.at) }

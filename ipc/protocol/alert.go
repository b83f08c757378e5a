package protocol

import "time"

// AlertStatus is one alert that speaks for a unit, and what came of the last time that it told something.
type AlertStatus struct {
	Name string `json:"name"`
	// From is the unit whose block it is: the unit itself, or a supervisor above it.
	From string `json:"from"`
	// By is how it tells: command, url or mail; On what.
	By string   `json:"by"`
	On []string `json:"on"`
	// LastEvent is what was told last, at LastAt, or was not for LastError. All are left out where nothing was.
	LastEvent string    `json:"last_event,omitempty"`
	LastAt    time.Time `json:"last_at,omitzero"`
	LastError string    `json:"last_error,omitempty"`
}

// AlertTestRequest names one alert of a unit; without a name all are tried.
type AlertTestRequest struct {
	Alert string `json:"alert,omitempty"`
}

// AlertTest is what came of trying one alert.
type AlertTest struct {
	Unit   string `json:"unit"`
	Alert  string `json:"alert"`
	OK     bool   `json:"ok"`
	Error  string `json:"error,omitempty"`
	TookMS int64  `json:"took_ms"`
	// Output is the end of what the program has said that was to tell it.
	Output string `json:"output,omitempty"`
}
